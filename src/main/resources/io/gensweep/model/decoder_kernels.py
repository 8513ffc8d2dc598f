  # Keeps a weight [out, in] as src/main/native/pack.c packs it, with its bias and, in int8, its scales.
  def keep(self: __torch__.Decoder, weight: Tensor, bias: Tensor) -> __torch__.Product:
    return (self).keep_as(weight, bias, torch.gt(self.levels, 0), self.dtype)

  def keep_as(self: __torch__.Decoder, weight: Tensor, bias: Tensor, int8: bool, dtype: int) -> __torch__.Product:
    p = __torch__.Product.__new__(__torch__.Product)
    p.int8 = int8
    p.shape = torch.size(weight)
    p.scale = torch.empty([0], dtype=6)
    p.zero_point = p.scale
    w = torch.contiguous(torch.to(weight, dtype))
    if int8:
      p.scale = (self).channel_scale(w)
      w = (self).quantised(w, p.scale)
    p.bias = torch.contiguous(torch.to(bias, dtype))
    to = torch.empty([ops.gensweep.packed_bytes(w)], dtype=0)
    p.weight = ops.gensweep.pack(to, w, p.scale, p.bias)
    torch.append(self.products, p)
    return p

  # gate and up of an MLP, as one product.
  def gate_and_up(self: __torch__.Decoder, prefix: str, w: Dict[str, Tensor]) -> List[__torch__.Product]:
    gate = torch.add(prefix, "gate")
    up = torch.add(prefix, "up")
    weights = (self).alternate((self).weight(w[torch.add(gate, ".weight")]), (self).weight(w[torch.add(up, ".weight")]))
    biases = (self).optional(w, torch.add(gate, ".bias"))
    if torch.gt(torch.numel(biases), 0):
      biases = (self).alternate(biases, (self).optional(w, torch.add(up, ".bias")))
    both = (self).keep(weights, biases)
    return [both, both]

  # A product that is never rounded to int8, as those that choose experts; in_float: it is computed in float32.
  def exact_of(self: __torch__.Decoder, name: str, w: Dict[str, Tensor], in_float: bool) -> __torch__.Product:
    dtype = self.dtype
    if in_float:
      dtype = 6
    return (self).keep_as((self).as_stored(w[torch.add(name, ".weight")]), (self).optional(w, torch.add(name, ".bias")), False, dtype)

  # Numbers of kinds in src/main/native/kernels.h.
  def norm_kind(self: __torch__.Decoder, norm: __torch__.Norm) -> int:
    return torch.index(["none", "rms", "rms_float", "rms_alone", "layer"], norm.kind)

  def activation_kind(self: __torch__.Decoder, name: str) -> int:
    return torch.index(["silu", "gelu", "gelu_tanh", "relu_squared", "xielu", "clamped_swiglu"], name)

  # Tells the native library of the layer that was added last, part by part.
  def added(self: __torch__.Decoder) -> int:
    layer = self.stack[-1]
    handle = self.native[0]
    out_scale = 1.
    if torch.gt(torch.numel(layer.out_scale), 0):
      out_scale = float(layer.out_scale)
    _0 = ops.gensweep.add_layer(handle, parallel=layer.parallel, block_scale=layer.block_scale, out_scale=out_scale)
    norms = [layer.mixer_norm, layer.mixer_out_norm, layer.mlp_norm, layer.mlp_out_norm, layer.dense_out_norm, layer.experts_norm, layer.experts_out_norm]
    for experts in layer.experts:
      torch.append(norms, experts.input_norm)
    if torch.eq(torch.len(layer.experts), 0):
      torch.append(norms, layer.experts_norm)
    torch.append(norms, layer.input_norm)
    for place in range(torch.len(norms)):
      norm = norms[place]
      _1 = ops.gensweep.set_norm(handle, norm.weight, norm.bias, place=place, kind=(self).norm_kind(norm), eps=norm.eps)
    _2 = (self).tell_attention(layer, handle)
    for experts in layer.experts:
      _3 = (self).tell_router(experts, handle)
      for mlp in experts.each:
        _4 = (self).tell_mlp(mlp, 1, handle)
      for mlp in experts.shared:
        _5 = (self).tell_mlp(mlp, 2, handle)
    for mlp in layer.mlp:
      _6 = (self).tell_mlp(mlp, 0, handle)
    if torch.gt(torch.len(layer.input), 0):
      _7 = (self).tell_mlp(layer.input[0], 3, handle)
    _8 = ops.gensweep.end_layer(handle)
    return torch.len(self.stack)

  def tell_inputs(self: __torch__.Decoder, all: __torch__.LayerEmbeddings, handle: Tensor) -> int:
    layers = torch.floordiv(all.product.shape[0], all.width)
    _0 = ops.gensweep.set_inputs(handle, all.norm.weight, all.product.weight, layers=layers, width=all.width, norm_kind=(self).norm_kind(all.norm), norm_eps=all.norm.eps, factor=all.product_scale)
    return layers

  def tell_attention(self: __torch__.Decoder, layer: __torch__.Layer, handle: Tensor) -> int:
    cosine = torch.empty([0], dtype=self.dtype)
    sine = cosine
    if torch.ge(layer.rope, 0):
      cosine = self.rope[torch.mul(layer.rope, 2)]
      sine = self.rope[torch.add(torch.mul(layer.rope, 2), 1)]
    place = 0
    if torch.ne(layer.head_norm, "none"):
      place = torch.index(["before_rotation", "after_rotation", "whole_width", "weights_by_head"], layer.head_norm)
    # Keys and values of the layer's own, keys that are values too, or those of an earlier layer.
    kv = 0
    if torch.__not__(layer.own_values):
      kv = 1
    if torch.__not__(layer.own_keys):
      kv = 2
    query = layer.query_norm
    value = layer.value_norm
    _0 = ops.gensweep.set_attention(handle, layer.qkv[0].weight, layer.output.weight, cosine, sine, query.weight, layer.key_norm.weight, value.weight, layer.sinks, heads=layer.heads, kv_heads=layer.kv_heads, head_dim=layer.head_dim, window=layer.window, kv=kv, norm_place=place, norm_kind=(self).norm_kind(query), value_norm_kind=(self).norm_kind(value), norm_eps=query.eps, value_norm_eps=value.eps, scale=layer.scale, cap=layer.cap, clip=layer.clip, position_beta=layer.position_scale[0], position_original=layer.position_scale[1])
    return layer.heads

  def tell_router(self: __torch__.Decoder, experts: __torch__.Experts, handle: Tensor) -> int:
    kind = torch.index(["softmax", "softmax_of_chosen", "sigmoid"], experts.kind)
    gate = torch.empty([0], dtype=0)
    for product in experts.shared_gate:
      gate = product.weight
    count = torch.len(experts.each)
    in_float = torch.eq(experts.router.bias.dtype, 6)
    _0 = ops.gensweep.set_router(handle, experts.router.weight, experts.correction, gate, experts.scales, kind=kind, experts=count, chosen=experts.chosen, groups=experts.groups, chosen_groups=experts.chosen_groups, normalised=experts.normalised, in_float=in_float, scale=experts.scale, input_scale=experts.input_scale)
    return count

  # part: 0 of a layer without experts or beside them, 1 an expert, 2 what all tokens share, 3 of what the layer takes of the tokens.
  def tell_mlp(self: __torch__.Decoder, mlp: __torch__.Mlp, part: int, handle: Tensor) -> int:
    numbers = [0., 0.]
    if torch.gt(torch.len(mlp.clamp), 0):
      numbers = mlp.clamp
    if torch.gt(torch.len(mlp.learned), 0):
      numbers = [float(torch.softplus(mlp.learned[0])), torch.add(float(torch.softplus(mlp.learned[1])), 0.5)]
    size = mlp.down.shape[1]
    _0 = ops.gensweep.add_mlp(handle, mlp.up.weight, mlp.down.weight, part=part, size=size, gated=mlp.gated, activation=(self).activation_kind(mlp.activation), first=numbers[0], second=numbers[1])
    return size

  # Begins the native library's decoder, which has the head and no layer yet.
  def begin(self: __torch__.Decoder) -> int:
    handle = torch.zeros([1], dtype=4)
    _0 = ops.gensweep.decoder(handle, dtype=self.dtype, hidden=self.hidden, int8=torch.gt(self.levels, 0))
    self.native = [handle]
    norm = self.final_norm[0]
    _1 = ops.gensweep.set_head(handle, norm.weight, norm.bias, self.products[0].weight, vocab=self.vocab, norm_kind=(self).norm_kind(norm), norm_eps=norm.eps, scale=self.logit_scale, cap=self.logit_cap)
    for all in self.by_layer:
      _2 = (self).tell_inputs(all, handle)
    return 0

  # Frees what libtorch does not free with this program. No method may be called afterwards.
  def end(self: __torch__.Decoder) -> int:
    for handle in self.native:
      _0 = ops.gensweep.drop(handle)
    self.native = annotate(List[Tensor], [])
    return 0

  # Rows of gates and ups in turns of 16, so that a gate and what it multiplies are computed together.
  def alternate(self: __torch__.Decoder, gates: Tensor, ups: Tensor) -> Tensor:
    both = torch.stack([(self).sixteens(gates), (self).sixteens(ups)], 1)
    return torch.flatten(both, 0, 2)

  # [n, ...] -> [n / 16, 16, ...], filled up with zeros.
  def sixteens(self: __torch__.Decoder, rows: Tensor) -> Tensor:
    shape = torch.size(rows)
    missing = torch.remainder(torch.neg(torch.size(rows, 0)), 16)
    filled = torch.cat([rows, torch.zeros(torch.add([missing], torch.slice(shape, 1)), dtype=rows.dtype)], 0)
    return torch.view(filled, torch.add([-1, 16], torch.slice(shape, 1)))

  # What the kernels need in between, for all layers of a call.
  def scratch(self: __torch__.Decoder, x: Tensor, longest: int) -> Tensor:
    return torch.empty([ops.gensweep.scratch_bytes(int(self.native[0]), torch.size(x, 0), longest)], dtype=0)

  # x [tokens, hidden] becomes what it is after all layers, or, where only K and V are wanted, after those before the last that keeps
  # any. positions, rotations, offsets [tokens], blocks [groups, tokens]: the position, the row of the rotary tables, and the row and
  # the block that keep its K and V.
  # spans [sequences, 4]: (first token in the batch, tokens, position of the first, first entry in table); table [groups, entries]:
  # block numbers, any where the group's window has left the block.
  def layers(self: __torch__.Decoder, ids: Tensor, x: Tensor, positions: Tensor, rotations: Tensor, blocks: Tensor, offsets: Tensor, table: Tensor, spans: Tensor, longest: int, scratch: Tensor, whole: bool) -> Tensor:
    count = torch.len(self.stack)
    if torch.__not__(whole):
      count = torch.add((self).last_keeper(), 1)
    decoder = int(self.native[0])
    inputs = (self).layer_inputs(ids, x, scratch)
    for layer in range(count):
      held = self.stack[self.stack[layer].kv_layer]
      own = torch.select(blocks, 0, held.group)
      entries = torch.select(table, 0, held.group)
      column = torch.mul(held.column, 2)
      more = torch.__or__(whole, torch.lt(torch.add(layer, 1), count))
      x = ops.gensweep.layer(x, self.cache[column], self.cache[torch.add(column, 1)], positions, rotations, own, offsets, spans, entries, scratch, inputs, decoder=decoder, layer=layer, longest=longest, whole=more, block=self.block)
    return x

  # What each layer takes of the tokens beside x, their embeddings: [tokens, layers, width], or nothing.
  def layer_inputs(self: __torch__.Decoder, ids: Tensor, x: Tensor, scratch: Tensor) -> Tensor:
    inputs = torch.empty([0], dtype=self.dtype)
    for all in self.by_layer:
      own = torch.embedding(all.embedding, ids)
      own = torch.mul(own, torch.to(torch.tensor(all.embedding_scale), self.dtype))
      shape = [torch.size(ids, 0), torch.floordiv(torch.size(own, 1), all.width), all.width]
      products = ops.gensweep.inputs(torch.empty(shape, dtype=self.dtype), x, scratch, decoder=int(self.native[0]))
      inputs = torch.mul(torch.add(products, torch.view(own, shape)), all.scale)
    return inputs

  # The most positions that a token of the spans sees.
  def longest(self: __torch__.Decoder, spans: Tensor) -> int:
    return int(torch.amax(torch.add(torch.select(spans, 1, 1), torch.select(spans, 1, 2))))

  # Fills the KV cache and gives no logits: the last layer's output meets no later layer and no vocabulary.
  def prefill(self: __torch__.Decoder, ids: Tensor, positions: Tensor, blocks: Tensor, offsets: Tensor, table: Tensor, spans: Tensor, slots: Tensor, rotations: Tensor) -> Tensor:
    x = (self).embed(ids, positions)
    longest = (self).longest(spans)
    _0 = (self).layers(ids, x, positions, rotations, blocks, offsets, table, spans, longest, (self).scratch(x, longest), False)
    return ids

  # As prefill, and looks up what follows some of the tokens. asked, targets [rows]: the token in the batch, and the id after it.
  # Gives [rows, 3] float64: log-sum-exp of the logits, the target's logit, 1 where the target is the (first) best, else 0.
  # At most 256 rows meet the vocabulary at a time, so memory does not grow with the prompts.
  def score(self: __torch__.Decoder, ids: Tensor, positions: Tensor, blocks: Tensor, offsets: Tensor, table: Tensor, spans: Tensor, slots: Tensor, rotations: Tensor, asked: Tensor, targets: Tensor) -> Tensor:
    x = (self).embed(ids, positions)
    longest = (self).longest(spans)
    scratch = (self).scratch(x, longest)
    x = torch.index_select((self).layers(ids, x, positions, rotations, blocks, offsets, table, spans, longest, scratch, True), 0, asked)
    found = torch.empty([torch.size(x, 0), 3], dtype=7)
    for start in range(0, torch.size(x, 0), 256):
      end = torch.add(start, 256)
      _0 = ops.gensweep.targets(torch.slice(found, 0, start, end), (self).head(torch.slice(x, 0, start, end), scratch), torch.slice(targets, 0, start, end))
    return found

  # x [rows, hidden] -> logits [rows, vocab]
  def head(self: __torch__.Decoder, x: Tensor, scratch: Tensor) -> Tensor:
    logits = torch.empty([torch.size(x, 0), self.vocab], dtype=self.dtype)
    return ops.gensweep.head(logits, x, scratch, decoder=int(self.native[0]))

  # One token a sequence, all of one lane. lane []: its number; ids, positions, offsets [rows]; blocks [groups, rows]; table [groups,
  # entries]: the blocks of each row, one row after the other; starts [rows]: a row's first entry; temperatures [rows] or empty.
  # owners is for other kernels. Gives [rows, 2 + 2 * best] float64: log-sum-exp, log-sum-exp of logits / temperature, then ids and
  # logits of the best.
  def decode(self: __torch__.Decoder, lane: Tensor, ids: Tensor, positions: Tensor, blocks: Tensor, offsets: Tensor, table: Tensor, owners: Tensor, starts: Tensor, slots: Tensor, rotations: Tensor, temperatures: Tensor) -> Tensor:
    x = (self).embed(ids, positions)
    each = torch.arange(torch.size(ids, 0), dtype=4)
    spans = torch.stack([each, torch.ones_like(each), positions, starts], 1)
    longest = (self).longest(spans)
    scratch = (self).scratch(x, longest)
    logits = (self).head((self).layers(ids, x, positions, rotations, blocks, offsets, table, spans, longest, scratch, True), scratch)
    self.logits[int(lane)] = logits
    return (self).candidates(logits, temperatures)

  def candidates(self: __torch__.Decoder, logits: Tensor, temperatures: Tensor) -> Tensor:
    best = ops.prim.min(self.best, self.vocab)
    return ops.gensweep.candidates(torch.empty([torch.size(logits, 0), torch.add(2, torch.mul(2, best))], dtype=7), logits, temperatures)

  # Of some rows of the last decode, log-sum-exps of logits / temperature. rows, temperatures [count] -> [count] float64.
  def scaled_log_sum_exps(self: __torch__.Decoder, lane: Tensor, rows: Tensor, temperatures: Tensor) -> Tensor:
    found = (self).candidates(torch.index_select(self.logits[int(lane)], 0, rows), temperatures)
    return torch.contiguous(torch.select(found, 1, 1))
