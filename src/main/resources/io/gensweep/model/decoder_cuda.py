# A decoder on an NVIDIA GPU, by the operators of src/main/native/gpu_ops.c: its memory, its kernels and its steps. Which kernels run in
# which order the engine says (io.gensweep.model.cuda). Tensors are the CPU's here; addresses are the card's.
# Whatever an operator gives is used, since libtorch leaves out calls whose results are not.
class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  dtype : int
  vocab : int
  number : int  # of the card, as the driver counts
  card : int  # the native library's handle
  ends : List[Tensor]
  rope : List[Tensor]  # cosine, sine of each table

  # Takes the card.
  def begin(self: __torch__.Decoder) -> int:
    self.card = ops.gensweep.gpu_open(self.number)
    self.ends = [torch.empty([0], dtype=6)]
    return self.card

  # Gives it back, with all memory. No method may be called afterwards.
  def end(self: __torch__.Decoder) -> int:
    closed = 0
    if torch.ne(self.card, 0):
      closed = ops.gensweep.gpu_close(self.card)
    self.card = 0
    return closed

  # What the driver says of the card, [8] int64: compute capability, bytes, bytes that are free, the driver's version, multiprocessors,
  # bytes of shared memory.
  def facts(self: __torch__.Decoder, any: Tensor) -> Tensor:
    return ops.gensweep.gpu_facts(torch.zeros([8], dtype=4), torch.zeros([96], dtype=0), self.number)

  # A kernel by its image and its name there, both as bytes. shared: bytes of shared memory.
  def function(self: __torch__.Decoder, image: Tensor, entry: Tensor, shared: int) -> int:
    return ops.gensweep.gpu_function(image, entry, self.card, shared)

  # Memory for so many bytes.
  def allocate(self: __torch__.Decoder, bytes: int) -> int:
    return ops.gensweep.gpu_allocate(self.card, bytes)

  # Writes a tensor of the checkpoint in the model's type; its bytes as they are where it has that type.
  def write(self: __torch__.Decoder, stored: Tensor, address: int) -> int:
    if torch.__and__(torch.eq(stored.dtype, 0), torch.eq(self.dtype, 15)):
      return ops.gensweep.gpu_write(stored, self.card, address)
    return ops.gensweep.gpu_write(torch.contiguous((self).weight(stored)), self.card, address)

  # Writes whatever numbers there are.
  def write_numbers(self: __torch__.Decoder, numbers: Tensor, address: int) -> int:
    return ops.gensweep.gpu_write(numbers, self.card, address)

  def zero(self: __torch__.Decoder, address: int, bytes: int) -> int:
    return ops.gensweep.gpu_zero(self.card, address, bytes)

  # Writes the first rotary table in float32, [positions, width]: cosines, and sines without the signs of the first half.
  def write_rope(self: __torch__.Decoder, cosines: int, sines: int) -> int:
    width = torch.size(self.rope[0], -1)
    half = torch.slice(self.rope[1], -1, torch.floordiv(width, 2), width)
    first = ops.gensweep.gpu_write(torch.contiguous(torch.to(self.rope[0], 6)), self.card, cosines)
    return torch.add(first, ops.gensweep.gpu_write(torch.contiguous(torch.to(torch.cat([half, half], -1), 6)), self.card, sines))

  # Keeps launches as a graph; its number.
  def graph(self: __torch__.Decoder, launches: Tensor) -> int:
    return ops.gensweep.gpu_graph(launches, self.card)

  # One transfer in, a graph or the launches themselves, one transfer out. numbers [4]: the graph or -1, where the input goes, where the
  # result lies, its bytes.
  def step(self: __torch__.Decoder, numbers: Tensor, input: Tensor, launches: Tensor) -> Tensor:
    out = torch.empty([int(numbers[3])], dtype=0)
    return ops.gensweep.gpu_run(out, input, launches, self.card, int(numbers[0]), int(numbers[1]), int(numbers[2]))

  # Copies on the card, one after the other. copies [count, 3]: from, to, bytes.
  def copy(self: __torch__.Decoder, copies: Tensor) -> Tensor:
    return torch.tensor(ops.gensweep.gpu_copy(copies, self.card))

  # A row of logits, [vocabulary] float32.
  def whole_row(self: __torch__.Decoder, address: Tensor) -> Tensor:
    return torch.to(ops.gensweep.gpu_read(torch.empty([self.vocab], dtype=self.dtype), self.card, int(address)), 6)

  # The best of some rows of logits, [rows, 2 * count] float64: ids, then logits, descending.
  def top(self: __torch__.Decoder, addresses: Tensor, count: Tensor) -> Tensor:
    rows = torch.stack([(self).whole_row(address) for address in torch.unbind(addresses)])
    best, ids, = torch.topk(rows, ops.prim.min(int(count), self.vocab), -1, True, True)
    return torch.cat([torch.to(ids, 7), torch.to(best, 7)], 1)
