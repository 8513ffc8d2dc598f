# A norm of the last dimension. kind: "none", or one of NormSpec. weight, bias: float32, empty where there is none.
class Norm:
  kind : str
  weight : Tensor
  bias : Tensor
  eps : float

# A matrix product. weight: in the layout that the product wants. bias [out]: empty where there is none. In int8 scale and
# zero_point [out] are those of the weight. shape: (out, in).
class Product:
  weight : Tensor
  bias : Tensor
  scale : Tensor
  zero_point : Tensor
  int8 : bool
  shape : List[int]

# down(activation(gate(x)) * up(x)), or where gated is false down(activation(up(x))). learned: numbers of the activation.
class Mlp:
  gated : bool
  activation : str
  gate : __torch__.Product
  up : __torch__.Product
  down : __torch__.Product
  learned : List[Tensor]
  clamp : List[float]  # of CLAMPED_SWIGLU: factor, limit

# Experts of a layer, a router's choice of them, and an MLP that all tokens share; its gate is empty where it has none.
class Experts:
  each : List[__torch__.Mlp]
  router : __torch__.Product
  kind : str  # one of RouterSpec.Kind
  chosen : int
  normalised : bool
  correction : Tensor
  scales : Tensor  # of each expert's weight, float32; empty where they have none
  input_norm : __torch__.Norm  # what the router takes, where that is not what the experts take
  input_scale : float
  groups : int
  chosen_groups : int
  scale : float
  shared : List[__torch__.Mlp]
  shared_gate : List[__torch__.Product]

# A gated delta rule in the place of attention (DeltaSpec). input: rows of queries, keys, values, gates, betas and decays. conv [channels,
# kernel], dt_bias and decay [value_heads]: float32. A sequence has a slot of its own in state [slots, value_heads, key_dim, value_dim]
# float32 and tail [slots, kernel - 1, channels], the last inputs of the convolution.
class Delta:
  key_heads : int
  value_heads : int
  key_dim : int
  value_dim : int
  input : __torch__.Product
  conv : Tensor
  dt_bias : Tensor
  decay : Tensor
  norm : __torch__.Norm
  state : Tensor
  tail : Tensor

# What each layer gets of the tokens beside their embeddings (LayerEmbeddings). embedding [tokens, layers * width].
class LayerEmbeddings:
  embedding : Tensor
  width : int
  product : __torch__.Product
  norm : __torch__.Norm
  embedding_scale : float
  product_scale : float
  scale : float

# One layer, as LayerSpec says. Keys and values [blocks, kv_heads, block, head_dim] are its view of the KV cache's column; it reads
# and writes the blocks of its group only (CacheLayout).
class Layer:
  mixer_norm : __torch__.Norm
  mixer_out_norm : __torch__.Norm
  mlp_norm : __torch__.Norm
  mlp_out_norm : __torch__.Norm
  parallel : bool
  block_scale : float
  heads : int
  kv_heads : int
  head_dim : int
  scale : float  # of scores
  cap : float
  window : int
  clip : float
  rope : int
  head_norm : str
  query_norm : __torch__.Norm
  key_norm : __torch__.Norm
  position_scale : List[float]
  gated : bool
  sinks : Tensor
  own_keys : bool  # keys and values are its own
  own_values : bool  # not its keys
  kv_layer : int  # whose keys and values it attends to
  value_norm : __torch__.Norm
  group : int
  column : int
  qkv : List[__torch__.Product]
  delta : List[__torch__.Delta]
  output : __torch__.Product
  mlp : List[__torch__.Mlp]
  experts : List[__torch__.Experts]
  dense_out_norm : __torch__.Norm  # of an MLP and experts side by side
  experts_norm : __torch__.Norm
  experts_out_norm : __torch__.Norm
  input : List[__torch__.Mlp]  # of LayerInput
  input_norm : __torch__.Norm
  out_scale : Tensor  # [1], of what leaves the layer; empty where it has none
  keys : Tensor
  values : Tensor

class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  # What the loader gives of the decoder's spec and settings.
  dtype : int
  packed : bool
  levels : int
  vocab : int
  hidden : int
  block : int
  gathered : int  # blocks that attention of a decode has at once
  best : int
  embedding_scale : float
  logit_scale : float
  logit_cap : float
  product_rows : int  # set by set_product_rows
  rope : List[Tensor]  # cosine, sine of each table
  ends : List[Tensor]  # embedding; embeddings of positions, or empty
  final_norm : List[__torch__.Norm]
  by_layer : List[__torch__.LayerEmbeddings]
  products : List[__torch__.Product]  # all of them, the head first
  stack : List[__torch__.Layer]
  experts : List[__torch__.Mlp]  # of the layer that is added next
  cache : List[Tensor]  # keys, values of each column, [blocks, numbers]
  native : List[Tensor]  # the handle [1] of the native library's decoder
  # Logits of the last decode: per lane [rows, vocabulary or more]. Lanes are parts of a batch that threads of their own compute
  # at the same time: they write different blocks of the KV cache.
  logits : List[Tensor]

  # Embedding [vocabulary, hidden] in pieces of rows; head the same, or one empty piece where it is tied to the embedding; by_layer
  # [tokens, layers * width] the same, or one empty piece where layers have no embeddings.
  # w, numbers, words: the final norm; biases of the head and embeddings of positions where the decoder has them.
  def set_ends(self: __torch__.Decoder, embedding: List[Tensor], head: List[Tensor], by_layer: List[Tensor], w: Dict[str, Tensor], numbers: Dict[str, float], words: Dict[str, str]) -> int:
    table = torch.cat([(self).weight(t) for t in embedding], 0)
    rows = table
    if torch.gt(torch.numel(head[0]), 0):
      rows = torch.cat([(self).weight(t) for t in head], 0)
    self.ends = [table]
    torch.append(self.ends, (self).optional(w, "positions.weight"))
    # Rows of zeros up to a multiple of 64, so that the vocabulary splits into equal groups.
    missing = torch.remainder(torch.neg(torch.size(rows, 0)), 64)
    bias = (self).optional(w, "head.bias")
    if torch.gt(missing, 0):
      rows = torch.constant_pad_nd(rows, [0, 0, 0, missing], 0)
      if torch.gt(torch.numel(bias), 0):
        bias = torch.constant_pad_nd(bias, [0, missing], 0)
    self.final_norm = [(self).norm_of("final_norm", w, numbers, words)]
    _0 = (self).keep(rows, bias)
    self.by_layer = annotate(List[__torch__.LayerEmbeddings], [])
    if torch.gt(torch.numel(by_layer[0]), 0):
      torch.append(self.by_layer, (self).layer_embeddings(by_layer, w, numbers, words))
    return (self).begin()

  def layer_embeddings(self: __torch__.Decoder, embedding: List[Tensor], w: Dict[str, Tensor], numbers: Dict[str, float], words: Dict[str, str]) -> __torch__.LayerEmbeddings:
    all = __torch__.LayerEmbeddings.__new__(__torch__.LayerEmbeddings)
    all.width = int(numbers["layer_width"])
    all.product = (self).product_of("layer_product", w)
    all.norm = (self).norm_of("layer_embedding_norm", w, numbers, words)
    all.embedding_scale = numbers["layer_embedding_scale"]
    all.product_scale = numbers["layer_product_scale"]
    all.scale = numbers["layer_embeddings_scale"]
    # The largest tensor of its model: no more of it than a piece is there twice.
    tokens = 0
    for piece in embedding:
      tokens = torch.add(tokens, torch.size(piece, 0))
    all.embedding = torch.empty([tokens, torch.size(w["layer_product.weight"], 0)], dtype=self.dtype, device=(self).device())
    start = 0
    for piece in embedding:
      end = torch.add(start, torch.size(piece, 0))
      _0 = torch.copy_(torch.slice(all.embedding, 0, start, end), (self).as_stored(piece))
      start = end
    return all

  # The norm of a role. Its weights in float32; 1 is added where the family's weights are meant so.
  def norm_of(self: __torch__.Decoder, name: str, w: Dict[str, Tensor], numbers: Dict[str, float], words: Dict[str, str]) -> __torch__.Norm:
    norm = __torch__.Norm.__new__(__torch__.Norm)
    norm.kind = "none"
    norm.eps = 0.
    norm.weight = torch.empty([0], dtype=6, device=(self).device())
    norm.bias = norm.weight
    if torch.__contains__(words, name):
      norm.kind = words[name]
      norm.eps = numbers[torch.add(name, ".eps")]
      norm.weight = torch.to((self).optional(w, torch.add(name, ".weight")), 6)
      norm.bias = torch.to((self).optional(w, torch.add(name, ".bias")), 6)
      if torch.eq(norm.kind, "rms"):
        norm.weight = torch.to(norm.weight, self.dtype)
      if torch.eq(norm.kind, "rms_plus_one"):
        norm.kind = "rms_float"
        norm.weight = torch.add(norm.weight, 1)
    return norm

  # The product of a role.
  def product_of(self: __torch__.Decoder, name: str, w: Dict[str, Tensor]) -> __torch__.Product:
    return (self).keep((self).weight(w[torch.add(name, ".weight")]), (self).optional(w, torch.add(name, ".bias")))

  # The rows of some roles as those of one product.
  def joined(self: __torch__.Decoder, names: List[str], w: Dict[str, Tensor]) -> __torch__.Product:
    weight = torch.cat([(self).weight(w[torch.add(name, ".weight")]) for name in names], 0)
    return (self).keep(weight, torch.cat([(self).optional(w, torch.add(name, ".bias")) for name in names], 0))

  # Adds a layer. w: its tensors by their roles (TensorRole). numbers, words: what LayerSpec says, by its names (LayerArguments).
  def add_layer(self: __torch__.Decoder, w: Dict[str, Tensor], numbers: Dict[str, float], words: Dict[str, str]) -> int:
    layer = __torch__.Layer.__new__(__torch__.Layer)
    layer.mixer_norm = (self).norm_of("mixer_norm", w, numbers, words)
    layer.mixer_out_norm = (self).norm_of("mixer_out_norm", w, numbers, words)
    layer.mlp_norm = (self).norm_of("mlp_norm", w, numbers, words)
    layer.mlp_out_norm = (self).norm_of("mlp_out_norm", w, numbers, words)
    layer.parallel = torch.gt(numbers["parallel"], 0)
    layer.block_scale = numbers["block_scale"]
    layer.delta = annotate(List[__torch__.Delta], [])
    layer.qkv = annotate(List[__torch__.Product], [])
    layer.kv_layer = torch.len(self.stack)
    if torch.__contains__(numbers, "value_heads"):
      torch.append(layer.delta, (self).delta_of(w, numbers, words))
      layer.output = (self).product_of("delta_output", w)
    else:
      _0 = (self).add_attention(layer, w, numbers, words)
    layer.mlp = annotate(List[__torch__.Mlp], [])
    layer.experts = annotate(List[__torch__.Experts], [])
    if torch.__contains__(numbers, "experts"):
      torch.append(layer.experts, (self).experts_of(w, numbers, words))
    if torch.__contains__(w, "down.weight"):
      torch.append(layer.mlp, (self).mlp_of("", w, numbers, words))
    layer.dense_out_norm = (self).norm_of("dense_out_norm", w, numbers, words)
    layer.experts_norm = (self).norm_of("experts_norm", w, numbers, words)
    layer.experts_out_norm = (self).norm_of("experts_out_norm", w, numbers, words)
    layer.input = annotate(List[__torch__.Mlp], [])
    if torch.__contains__(w, "layer_input.down.weight"):
      torch.append(layer.input, (self).mlp_of("layer_input.", w, numbers, words))
    layer.input_norm = (self).norm_of("layer_input_norm", w, numbers, words)
    layer.out_scale = (self).optional(w, "layer_scale")
    torch.append(self.stack, layer)
    return (self).added()

  def add_attention(self: __torch__.Decoder, layer: __torch__.Layer, w: Dict[str, Tensor], numbers: Dict[str, float], words: Dict[str, str]) -> int:
    layer.heads = int(numbers["heads"])
    layer.kv_heads = int(numbers["kv_heads"])
    layer.head_dim = int(numbers["head_dim"])
    layer.scale = numbers["scale"]
    layer.cap = numbers["cap"]
    layer.window = int(numbers["window"])
    layer.clip = numbers["clip"]
    layer.rope = int(numbers["rope"])
    layer.head_norm = words["head_norm"]
    layer.query_norm = (self).norm_of("query_norm", w, numbers, words)
    layer.key_norm = (self).norm_of("key_norm", w, numbers, words)
    layer.position_scale = [numbers["position_beta"], numbers["position_original"]]
    layer.gated = torch.__contains__(w, "attention_gate.weight")
    layer.sinks = torch.to((self).optional(w, "sinks"), 6)
    layer.own_keys = torch.__contains__(w, "key.weight")
    layer.own_values = torch.__contains__(w, "value.weight")
    layer.value_norm = (self).norm_of("value_norm", w, numbers, words)
    if torch.__contains__(numbers, "kv_layer"):
      layer.kv_layer = int(numbers["kv_layer"])
    parts = ["query"]
    if layer.own_keys:
      torch.append(parts, "key")
    if layer.own_values:
      torch.append(parts, "value")
    if layer.gated:
      torch.append(parts, "attention_gate")
    torch.append(layer.qkv, (self).joined(parts, w))
    layer.output = (self).product_of("output", w)
    layer.group = int(numbers["group"])
    layer.column = int(numbers["column"])
    size = torch.mul(torch.mul(layer.kv_heads, self.block), layer.head_dim)
    none = torch.zeros([0, size], dtype=self.dtype, device=(self).device())
    for i in range(torch.mul(torch.add(layer.column, 1), 2)):
      if torch.ge(i, torch.len(self.cache)):
        torch.append(self.cache, none)
      if torch.ge(i, torch.mul(layer.column, 2)):
        if torch.gt(size, torch.size(self.cache[i], 1)):
          self.cache[i] = none
    _1 = (self).look_at_cache(layer)
    # 4 MiB of float32 keys and values lie in the cache of a processor.
    blocks = torch.floordiv(524288, size)
    if ops.prim.is_cuda(none):
      blocks = torch.mul(blocks, 64)
    if torch.gt(self.gathered, 0):
      blocks = ops.prim.min(self.gathered, blocks)
    self.gathered = ops.prim.max(blocks, 1)
    return 0

  def delta_of(self: __torch__.Decoder, w: Dict[str, Tensor], numbers: Dict[str, float], words: Dict[str, str]) -> __torch__.Delta:
    delta = __torch__.Delta.__new__(__torch__.Delta)
    delta.key_heads = int(numbers["key_heads"])
    delta.value_heads = int(numbers["value_heads"])
    delta.key_dim = int(numbers["key_dim"])
    delta.value_dim = int(numbers["value_dim"])
    delta.input = (self).joined(["delta_query", "delta_key", "delta_value", "delta_gate", "delta_beta", "delta_decay"], w)
    delta.conv = torch.to((self).optional(w, "delta_conv"), 6)
    delta.dt_bias = torch.to((self).optional(w, "delta_dt_bias"), 6)
    delta.decay = torch.neg(torch.exp(torch.to((self).optional(w, "delta_a_log"), 6)))
    delta.norm = (self).norm_of("delta_norm", w, numbers, words)
    delta.state = torch.zeros([0, delta.value_heads, delta.key_dim, delta.value_dim], dtype=6, device=(self).device())
    delta.tail = torch.zeros([0, torch.sub(torch.size(delta.conv, 1), 1), torch.size(delta.conv, 0)], dtype=self.dtype, device=(self).device())
    return delta

  # The MLP whose roles begin so.
  def mlp_of(self: __torch__.Decoder, prefix: str, w: Dict[str, Tensor], numbers: Dict[str, float], words: Dict[str, str]) -> __torch__.Mlp:
    mlp = __torch__.Mlp.__new__(__torch__.Mlp)
    mlp.gated = torch.__contains__(w, torch.add(prefix, "gate.weight"))
    mlp.activation = words["activation"]
    mlp.clamp = annotate(List[float], [])
    if torch.__contains__(numbers, "clamp_factor"):
      mlp.clamp = [numbers["clamp_factor"], numbers["clamp_limit"]]
    if mlp.gated:
      gate_up = (self).gate_and_up(prefix, w)
      mlp.gate = gate_up[0]
      mlp.up = gate_up[1]
    else:
      mlp.up = (self).product_of(torch.add(prefix, "up"), w)
      mlp.gate = mlp.up
    mlp.down = (self).product_of(torch.add(prefix, "down"), w)
    mlp.learned = annotate(List[Tensor], [])
    for name in ["activation_positive", "activation_negative"]:
      if torch.__contains__(w, torch.add(prefix, name)):
        torch.append(mlp.learned, torch.to((self).optional(w, torch.add(prefix, name)), 6))
    return mlp

  # The next expert of the layer that is added next. One at a time, so that not all tensors of a layer need memory at once.
  def add_expert(self: __torch__.Decoder, w: Dict[str, Tensor], numbers: Dict[str, float], words: Dict[str, str]) -> int:
    torch.append(self.experts, (self).mlp_of("", w, numbers, words))
    return torch.len(self.experts)

  def experts_of(self: __torch__.Decoder, w: Dict[str, Tensor], numbers: Dict[str, float], words: Dict[str, str]) -> __torch__.Experts:
    experts = __torch__.Experts.__new__(__torch__.Experts)
    experts.kind = words["router"]
    experts.chosen = int(numbers["chosen"])
    experts.normalised = torch.gt(numbers["normalised"], 0)
    experts.groups = int(numbers["groups"])
    experts.chosen_groups = int(numbers["chosen_groups"])
    experts.scale = numbers["router_scale"]
    experts.correction = torch.empty([0], dtype=6, device=(self).device())
    if torch.__contains__(w, "router_correction"):
      experts.correction = torch.clone(torch.to((self).as_stored(w["router_correction"]), 6))
    experts.scales = torch.to((self).optional(w, "expert_scales"), 6)
    experts.input_norm = (self).norm_of("router_norm", w, numbers, words)
    experts.input_scale = numbers["router_input_scale"]
    experts.router = (self).exact_of("router", w, torch.eq(experts.kind, "sigmoid"))
    experts.each = self.experts
    self.experts = annotate(List[__torch__.Mlp], [])
    experts.shared = annotate(List[__torch__.Mlp], [])
    experts.shared_gate = annotate(List[__torch__.Product], [])
    if torch.__contains__(w, "shared.down.weight"):
      torch.append(experts.shared, (self).mlp_of("shared.", w, numbers, words))
    if torch.__contains__(w, "shared_gate.weight"):
      torch.append(experts.shared_gate, (self).exact_of("shared_gate", w, False))
    return experts

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

  # Gets ready for batches that are computed in up to this many lanes.
  def set_lanes(self: __torch__.Decoder, lanes: int) -> int:
    self.logits = annotate(List[Tensor], [])
    for i in range(lanes):
      torch.append(self.logits, self.ends[0])
    return lanes

  # Makes the layer's keys and values views of its column.
  def look_at_cache(self: __torch__.Decoder, layer: __torch__.Layer) -> int:
    at = torch.mul(layer.column, 2)
    layer.keys = (self).as_heads(self.cache[at], layer)
    layer.values = (self).as_heads(self.cache[torch.add(at, 1)], layer)
    return 0

  # A column [blocks, numbers] as a layer sees it, which may be narrower than others of the column.
  def as_heads(self: __torch__.Decoder, column: Tensor, layer: __torch__.Layer) -> Tensor:
    size = torch.mul(torch.mul(layer.kv_heads, self.block), layer.head_dim)
    shape = [torch.size(column, 0), layer.kv_heads, self.block, layer.head_dim]
    return torch.view(torch.slice(column, 1, 0, size), shape)

  # Grows the cache to this many blocks, a column at a time; where memory ended an earlier try, from there on. Zeros, not
  # garbage: a block may be read beyond what was written, under a weight of zero.
  def grow(self: __torch__.Decoder, to: Tensor) -> Tensor:
    blocks = int(to)
    for i in range(torch.len(self.cache)):
      column = self.cache[i]
      held = torch.size(column, 0)
      if torch.lt(held, blocks):
        grown = torch.zeros([blocks, torch.size(column, 1)], dtype=self.dtype, device=(self).device())
        _0 = torch.copy_(torch.slice(grown, 0, 0, held), column)
        self.cache[i] = grown
        # Both of a column are there: what it was is freed.
        if torch.eq(torch.remainder(i, 2), 1):
          _1 = (self).look_at_column(torch.floordiv(i, 2))
    return to

  def look_at_column(self: __torch__.Decoder, column: int) -> int:
    for layer in (self).attending():
      if torch.eq(layer.column, column):
        _0 = (self).look_at_cache(layer)
    return column

  # Gives the memory of the cache back.
  def clear(self: __torch__.Decoder, lane: Tensor) -> Tensor:
    for i in range(torch.len(self.cache)):
      self.cache[i] = torch.clone(torch.slice(self.cache[i], 0, 0, 0))
    for layer in (self).attending():
      _0 = (self).look_at_cache(layer)
    for layer in self.stack:
      for delta in layer.delta:
        delta.state = torch.clone(torch.slice(delta.state, 0, 0, 0))
        delta.tail = torch.clone(torch.slice(delta.tail, 0, 0, 0))
    return lane

  # Embeddings of tokens, [tokens, hidden].
  def embed(self: __torch__.Decoder, ids: Tensor, positions: Tensor) -> Tensor:
    x = torch.embedding(self.ends[0], ids)
    if torch.ne(self.embedding_scale, 1.):
      x = torch.mul(x, torch.to(torch.tensor(self.embedding_scale, device=x.device), self.dtype))
    if torch.gt(torch.numel(self.ends[1]), 0):
      x = torch.add(x, torch.embedding(self.ends[1], positions))
    return x

  # The layers that have keys and values of their own.
  def attending(self: __torch__.Decoder) -> List[__torch__.Layer]:
    found = annotate(List[__torch__.Layer], [])
    for layer in self.stack:
      if torch.eq(torch.len(layer.delta), 0):
        if layer.own_keys:
          torch.append(found, layer)
    return found

  # The number of the last layer that keeps something of a token.
  def last_keeper(self: __torch__.Decoder) -> int:
    last = 0
    for number in range(torch.len(self.stack)):
      if torch.eq(self.stack[number].kv_layer, number):
        last = number
    return last

  # Makes room for the states of so many sequences.
  def grow_states(self: __torch__.Decoder, to: Tensor) -> Tensor:
    slots = int(to)
    for layer in self.stack:
      for delta in layer.delta:
        held = torch.size(delta.state, 0)
        if torch.lt(held, slots):
          delta.state = torch.constant_pad_nd(delta.state, [0, 0, 0, 0, 0, 0, 0, torch.sub(slots, held)], 0)
          delta.tail = torch.constant_pad_nd(delta.tail, [0, 0, 0, 0, 0, torch.sub(slots, held)], 0)
    return to

  # Copies the states of sequences to those of others, all at once. source, target [count]: slots.
  def copy_states(self: __torch__.Decoder, source: Tensor, target: Tensor) -> Tensor:
    where = annotate(List[Optional[Tensor]], [target])
    for layer in self.stack:
      for delta in layer.delta:
        _0 = torch.index_put_(delta.state, where, torch.index_select(delta.state, 0, source))
        _1 = torch.index_put_(delta.tail, where, torch.index_select(delta.tail, 0, source))
    return target

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
    for column in self.cache:
      _0 = torch.index_put_(column, where, torch.index_select(column, 0, source))
    return target

  # Zeros for blocks [count].
  def wipe_blocks(self: __torch__.Decoder, blocks: Tensor) -> Tensor:
    for column in self.cache:
      _0 = torch.index_fill_(column, 0, blocks, 0)
    return blocks
