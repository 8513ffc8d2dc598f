class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  # What the loader gives of the decoder's spec and settings.
  dtype : int
  packed : bool
  levels : int
  vocab : int
  heads : int
  kv_heads : int
  head_dim : int
  mlp_size : int
  scale : float  # of scores
  block : int
  gathered : int  # blocks that attention of a decode has at once
  best : int
  eps : float
  product_rows : int  # set by set_product_rows
  rope : List[Tensor]  # cosine, sine of each table
  ends : List[Tensor]  # embedding, final norm
  attention_norm : List[Tensor]  # per layer
  mlp_norm : List[Tensor]  # per layer
  # Products, the head first, then of each layer q/k/v, output, and those of the MLP. Biases are empty where the checkpoint has none;
  # scales and zero points [out] are empty but in int8.
  weights : List[Tensor]
  biases : List[Tensor]
  scales : List[Tensor]
  zero_points : List[Tensor]
  # KV cache: per layer [blocks, kv_heads, block, head_dim]. A block has `block` positions of a sequence, or of several that
  # begin alike. Lanes are parts of a batch that threads of their own compute at the same time: they write different blocks.
  keys : List[Tensor]
  values : List[Tensor]
  native : List[Tensor]  # the handle [1] of the native library's decoder
  # Logits of the last decode: per lane [rows, vocabulary or more].
  logits : List[Tensor]

  # A rotary table [positions, 1, head_dim] of cosines, and one of sines, computed in float32 by the operations that HF uses
  # (modeling_rope_utils), so that the angles agree to the last bit. inverse: the frequencies, one for each two elements of a head.
  def add_rope(self: __torch__.Decoder, positions: int, inverse: Tensor) -> int:
    angles = torch.outer(torch.to(torch.arange(positions, dtype=4, device=inverse.device), 6), inverse)
    # The sine of the first half is negated here, so that rotate_half needs no negation at each step.
    sine = torch.sin(angles)
    cosine = torch.cos(angles)
    torch.append(self.rope, torch.to(torch.unsqueeze(torch.cat([cosine, cosine], -1), 1), self.dtype))
    torch.append(self.rope, torch.to(torch.unsqueeze(torch.cat([torch.neg(sine), sine], -1), 1), self.dtype))
    return torch.len(self.rope)

  def frequencies(self: __torch__.Decoder, theta: float) -> Tensor:
    exponents = torch.div(torch.to(torch.arange(0, self.head_dim, 2, dtype=4, device=self.ends[0].device), 6), self.head_dim)
    return torch.mul(torch.reciprocal(torch.pow(theta, exponents)), 1.0)

  # Adds a table by one of HF's types of scaling; scaling: the type's parameters.
  def add_rope_default(self: __torch__.Decoder, positions: int, theta: float, scaling: List[float]) -> int:
    return (self).add_rope(positions, (self).frequencies(theta))

  # scaling: factor.
  def add_rope_linear(self: __torch__.Decoder, positions: int, theta: float, scaling: List[float]) -> int:
    return (self).add_rope(positions, torch.div((self).frequencies(theta), scaling[0]))

  # scaling: factor, the low and the high frequency's factor, positions of the pre-training.
  def add_rope_llama3(self: __torch__.Decoder, positions: int, theta: float, scaling: List[float]) -> int:
    factor = scaling[0]
    low = scaling[1]
    high = scaling[2]
    original = scaling[3]
    inverse = (self).frequencies(theta)
    wavelength = torch.div(torch.mul(torch.reciprocal(inverse), 6.283185307179586), 1.0)
    slow = torch.where(torch.gt(wavelength, torch.div(original, low)), torch.div(inverse, factor), inverse)
    smooth = torch.div(torch.sub(torch.mul(torch.reciprocal(wavelength), original), low), torch.sub(high, low))
    blend = torch.add(torch.div(torch.mul(torch.rsub(smooth, 1.0), slow), factor), torch.mul(smooth, slow))
    medium = torch.__and__(torch.ge(wavelength, torch.div(original, high)), torch.le(wavelength, torch.div(original, low)))
    return (self).add_rope(positions, torch.where(medium, blend, slow))

  # A tensor of the checkpoint in the model's type. bfloat16 comes as the bytes of its rows, since DJL has no such type.
  def weight(self: __torch__.Decoder, stored: Tensor) -> Tensor:
    x = stored
    if torch.eq(stored.dtype, 0):
      x = torch.view_copy(stored, 15)
    return torch.to(x, self.dtype)

  # Embedding [vocabulary, hidden] in pieces of rows; head the same, or one empty piece where it is tied to the embedding.
  def set_ends(self: __torch__.Decoder, embedding: List[Tensor], final_norm: Tensor, head: List[Tensor]) -> int:
    table = torch.cat([(self).weight(t) for t in embedding], 0)
    rows = table
    if torch.gt(torch.numel(head[0]), 0):
      rows = torch.cat([(self).weight(t) for t in head], 0)
    # Rows of zeros up to a multiple of 64, so that the vocabulary splits into equal groups.
    missing = torch.remainder(torch.neg(torch.size(rows, 0)), 64)
    if torch.gt(missing, 0):
      rows = torch.constant_pad_nd(rows, [0, 0, 0, missing], 0)
    self.ends = [table, torch.clone((self).weight(final_norm))]
    # 4 MiB of float32 keys and values lie in the cache of a processor.
    self.gathered = ops.prim.max(torch.floordiv(524288, torch.mul(torch.mul(self.kv_heads, self.block), self.head_dim)), 1)
    if ops.prim.is_cuda(table):
      self.gathered = torch.mul(self.gathered, 64)
    _0 = (self).keep(rows, torch.slice(self.ends[1], 0, 0, 0))
    return (self).begin()

  # w: attention_norm and mlp_norm, and .weight and .bias of query, key, value, output, gate, up and down; a bias is empty where
  # the decoder has none.
  def add_layer(self: __torch__.Decoder, w: Dict[str, Tensor]) -> int:
    torch.append(self.attention_norm, torch.clone((self).weight(w["attention_norm"])))
    torch.append(self.mlp_norm, torch.clone((self).weight(w["mlp_norm"])))
    _0 = (self).keep((self).joined(w, "weight"), (self).joined(w, "bias"))
    _1 = (self).keep((self).weight(w["output.weight"]), (self).weight(w["output.bias"]))
    weights = [(self).weight(w["gate.weight"]), (self).weight(w["up.weight"]), (self).weight(w["down.weight"])]
    return (self).keep_mlp(weights, [(self).weight(w["gate.bias"]), (self).weight(w["up.bias"]), (self).weight(w["down.bias"])])

  # The rows of query, key and value.
  def joined(self: __torch__.Decoder, w: Dict[str, Tensor], of: str) -> Tensor:
    return torch.cat([(self).weight(w[torch.add(name, of)]) for name in ["query.", "key.", "value."]], 0)

  # The scales [out, 1] of an int8 weight [out, in]: with its own a row's largest value is 127 (symmetric, per output channel).
  def channel_scale(self: __torch__.Decoder, weight: Tensor) -> Tensor:
    largest = torch.maximum(torch.amax(weight, [1], True), torch.neg(torch.amin(weight, [1], True)))
    return torch.div(torch.clamp_min(largest, 1e-30), 127)

  # Some rows at a time, so that what is needed in between is small.
  def quantised(self: __torch__.Decoder, weight: Tensor, scale: Tensor) -> Tensor:
    whole = torch.empty(torch.size(weight), dtype=1)
    for start in range(0, torch.size(weight, 0), 1024):
      end = torch.add(start, 1024)
      rows = torch.round(torch.div(torch.slice(weight, 0, start, end), torch.slice(scale, 0, start, end)))
      _0 = torch.copy_(torch.slice(whole, 0, start, end), rows)
    return whole

  # Begins an empty cache, for batches that are computed in up to this many lanes.
  def set_lanes(self: __torch__.Decoder, lanes: int) -> int:
    none = torch.zeros([0, self.kv_heads, self.block, self.head_dim], dtype=self.dtype, device=self.ends[0].device)
    self.keys = annotate(List[Tensor], [])
    self.values = annotate(List[Tensor], [])
    self.logits = annotate(List[Tensor], [])
    for i in range(lanes):
      torch.append(self.logits, none)
    for layer in range(torch.len(self.mlp_norm)):
      torch.append(self.keys, none)
      torch.append(self.values, none)
    return lanes

  # Grows the cache to this many blocks, a layer at a time; where memory ended an earlier try, from there on. Zeros, not
  # garbage: a block may be read beyond what was written, under a weight of zero.
  def grow(self: __torch__.Decoder, to: Tensor) -> Tensor:
    blocks = int(to)
    shape = [blocks, self.kv_heads, self.block, self.head_dim]
    for i in range(torch.len(self.mlp_norm)):
      held = torch.size(self.keys[i], 0)
      if torch.lt(held, blocks):
        keys = torch.zeros(shape, dtype=self.dtype, device=self.ends[0].device)
        values = torch.zeros(shape, dtype=self.dtype, device=self.ends[0].device)
        _0 = torch.copy_(torch.slice(keys, 0, 0, held), self.keys[i])
        _1 = torch.copy_(torch.slice(values, 0, 0, held), self.values[i])
        self.keys[i] = keys
        self.values[i] = values
    return to

  # Gives the memory of the cache back.
  def clear(self: __torch__.Decoder, lane: Tensor) -> Tensor:
    for i in range(torch.len(self.mlp_norm)):
      self.keys[i] = torch.clone(torch.slice(self.keys[i], 0, 0, 0))
      self.values[i] = torch.clone(torch.slice(self.values[i], 0, 0, 0))
    return lane

  # All logits of some rows of the last decode, [rows, vocabulary] float32.
  def whole_row(self: __torch__.Decoder, lane: Tensor, row: Tensor) -> Tensor:
    return torch.to(torch.slice(torch.index_select(self.logits[int(lane)], 0, row), 1, 0, self.vocab), 6)

  # The logits of some tokens of the last decode. rows, ids [count] -> [count] float32.
  def gather(self: __torch__.Decoder, lane: Tensor, rows: Tensor, ids: Tensor) -> Tensor:
    where = annotate(List[Optional[Tensor]], [rows, ids])
    return torch.to(torch.index(self.logits[int(lane)], where), 6)

  # The best tokens of some rows of the last decode, [rows, 2 * count] float64: ids, then logits, descending.
  def top(self: __torch__.Decoder, lane: Tensor, rows: Tensor, count: Tensor) -> Tensor:
    best, ids, = torch.topk((self).whole_row(lane, rows), ops.prim.min(int(count), self.vocab), -1, True, True)
    return torch.cat([torch.to(ids, 7), torch.to(best, 7)], 1)

  # Copies blocks [count] to others [count], all at once: a target may be the source of another copy.
  def copy_blocks(self: __torch__.Decoder, source: Tensor, target: Tensor) -> Tensor:
    where = annotate(List[Optional[Tensor]], [target])
    for layer in range(torch.len(self.mlp_norm)):
      _0 = torch.index_put_(self.keys[layer], where, torch.index_select(self.keys[layer], 0, source))
      _1 = torch.index_put_(self.values[layer], where, torch.index_select(self.values[layer], 0, source))
    return target
