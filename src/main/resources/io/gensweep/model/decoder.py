class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  # Shape: set once by configure().
  dtype : int
  packed : bool
  levels : int
  product_rows : int
  vocab : int
  heads : int
  kv_heads : int
  head_dim : int
  mlp_size : int
  block : int
  best : int
  eps : float
  rope : List[Tensor]  # cosine, sine
  ends : List[Tensor]  # embedding, final norm
  attention_norm : List[Tensor]  # per layer
  mlp_norm : List[Tensor]  # per layer
  # Products, the head first, then of each layer q/k/v, output, and those of the MLP. Biases are empty where the checkpoint has none;
  # scales and zero points [out] are empty but in int8.
  weights : List[Tensor]
  biases : List[Tensor]
  scales : List[Tensor]
  zero_points : List[Tensor]
  # KV cache: per lane, and in it per layer, [blocks, kv_heads, block, head_dim]. A sequence owns whole blocks of `block`
  # positions of its lane. Lanes are computed at the same time, by threads of their own: no method writes what two share.
  keys : List[Tensor]
  values : List[Tensor]
  # Logits of the last decode: per lane [rows, vocabulary or more].
  logits : List[Tensor]

  def configure(self: __torch__.Decoder, ints: List[int], eps: float) -> int:
    self.dtype = ints[0]
    self.packed = torch.ne(ints[1], 0)
    self.vocab = ints[2]
    self.heads = ints[3]
    self.kv_heads = ints[4]
    self.head_dim = ints[5]
    self.block = ints[6]
    self.best = ints[7]
    self.levels = ints[8]
    self.mlp_size = ints[9]
    self.eps = eps
    return 0

  # Rotary tables [positions, head_dim], computed in float32 by the operations that HF uses (modeling_rope_utils),
  # so that the angles agree to the last bit. scaling: 0 default, 1 linear, 2 llama3.
  def set_rope(self: __torch__.Decoder, scaling: int, positions: int, floats: List[float], like: Tensor) -> int:
    base = floats[0]
    factor = floats[1]
    low = floats[2]
    high = floats[3]
    original = floats[4]
    exponents = torch.div(torch.to(torch.arange(0, self.head_dim, 2, dtype=4, device=like.device), 6), self.head_dim)
    inverse = torch.mul(torch.reciprocal(torch.pow(base, exponents)), 1.0)
    if torch.eq(scaling, 1):
      inverse = torch.div(inverse, factor)
    if torch.eq(scaling, 2):
      wavelength = torch.div(torch.mul(torch.reciprocal(inverse), 6.283185307179586), 1.0)
      slow = torch.where(torch.gt(wavelength, torch.div(original, low)), torch.div(inverse, factor), inverse)
      smooth = torch.div(torch.sub(torch.mul(torch.reciprocal(wavelength), original), low), torch.sub(high, low))
      blend = torch.add(torch.div(torch.mul(torch.rsub(smooth, 1.0), slow), factor), torch.mul(smooth, slow))
      medium = torch.__and__(torch.ge(wavelength, torch.div(original, high)), torch.le(wavelength, torch.div(original, low)))
      inverse = torch.where(medium, blend, slow)
    angles = torch.outer(torch.to(torch.arange(positions, dtype=4, device=like.device), 6), inverse)
    # The sine of the first half is negated here, so that rotate_half needs no negation at each step.
    sine = torch.sin(angles)
    cosine = torch.cos(angles)
    self.rope = [torch.to(torch.unsqueeze(torch.cat([cosine, cosine], -1), 1), self.dtype), torch.to(torch.unsqueeze(torch.cat([torch.neg(sine), sine], -1), 1), self.dtype)]
    return 0

  # Embedding [vocabulary, hidden] in pieces of rows; head the same, or one empty piece where it is tied to the embedding.
  def set_ends(self: __torch__.Decoder, embedding: List[Tensor], final_norm: Tensor, head: List[Tensor]) -> int:
    table = torch.to(torch.cat(embedding, 0), self.dtype)
    rows = table
    if torch.gt(torch.numel(head[0]), 0):
      rows = torch.to(torch.cat(head, 0), self.dtype)
    # Rows of zeros up to a multiple of 64, so that the vocabulary splits into equal groups.
    missing = torch.remainder(torch.neg(torch.size(rows, 0)), 64)
    if torch.gt(missing, 0):
      rows = torch.constant_pad_nd(rows, [0, 0, 0, missing], 0)
    self.ends = [table, torch.clone(torch.to(final_norm, self.dtype))]
    return (self).keep(rows, torch.slice(final_norm, 0, 0, 0))

  # weights: attention norm, q, k, v, output, mlp norm, gate, up, down; biases: q, k, v, output, gate, up, down or empty tensors.
  def add_layer(self: __torch__.Decoder, w: List[Tensor], b: List[Tensor]) -> int:
    torch.append(self.attention_norm, torch.clone(torch.to(w[0], self.dtype)))
    torch.append(self.mlp_norm, torch.clone(torch.to(w[5], self.dtype)))
    _0 = (self).keep(torch.cat([w[1], w[2], w[3]], 0), torch.cat([b[0], b[1], b[2]], 0))
    _1 = (self).keep(w[4], b[3])
    return (self).keep_mlp([w[6], w[7], w[8]], [b[4], b[5], b[6]])

  # The scales [out, 1] of an int8 weight [out, in]: with its own a row's largest value is 127 (symmetric, per output channel).
  def channel_scale(self: __torch__.Decoder, weight: Tensor) -> Tensor:
    return torch.div(torch.clamp_min(torch.amax(torch.abs(weight), [1], True), 1e-30), 127)

  def quantised(self: __torch__.Decoder, weight: Tensor, scale: Tensor) -> Tensor:
    return torch.to(torch.round(torch.div(weight, scale)), 1)

  # Begins an empty cache of this many lanes.
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

  # The place of a lane's first layer in keys and values.
  def lane_start(self: __torch__.Decoder, lane: Tensor) -> int:
    return torch.mul(int(lane), torch.len(self.mlp_norm))

  # Grows the cache of a lane to this many blocks, a layer at a time; where memory ended an earlier try, from there on. Zeros,
  # not garbage: a block may be read beyond what was written, under a weight of zero.
  def grow(self: __torch__.Decoder, lane: Tensor, to: Tensor) -> Tensor:
    blocks = int(to)
    first = (self).lane_start(lane)
    shape = [blocks, self.kv_heads, self.block, self.head_dim]
    for i in range(first, torch.add(first, torch.len(self.mlp_norm))):
      held = torch.size(self.keys[i], 0)
      if torch.lt(held, blocks):
        keys = torch.zeros(shape, dtype=self.dtype, device=self.ends[0].device)
        values = torch.zeros(shape, dtype=self.dtype, device=self.ends[0].device)
        _0 = torch.copy_(torch.slice(keys, 0, 0, held), self.keys[i])
        _1 = torch.copy_(torch.slice(values, 0, 0, held), self.values[i])
        self.keys[i] = keys
        self.values[i] = values
    return to

  # All logits of some rows of the last decode, [rows, vocabulary] float32.
  def whole_row(self: __torch__.Decoder, lane: Tensor, row: Tensor) -> Tensor:
    return torch.to(torch.slice(torch.index_select(self.logits[int(lane)], 0, row), 1, 0, self.vocab), 6)

  # Copies whole blocks of one sequence to those of another, which may live in another lane.
  def copy_blocks(self: __torch__.Decoder, source_lane: Tensor, source: Tensor, target_lane: Tensor, target: Tensor) -> Tensor:
    where = annotate(List[Optional[Tensor]], [target])
    first = (self).lane_start(source_lane)
    to = (self).lane_start(target_lane)
    for layer in range(torch.len(self.mlp_norm)):
      _0 = torch.index_put_(self.keys[torch.add(to, layer)], where, torch.index_select(self.keys[torch.add(first, layer)], 0, source))
      _1 = torch.index_put_(self.values[torch.add(to, layer)], where, torch.index_select(self.values[torch.add(first, layer)], 0, source))
    return target
