  # Keeps a weight [out, in] in the layout that its product wants.
  def keep(self: __torch__.Decoder, weight: Tensor, bias: Tensor) -> __torch__.Product:
    return (self).keep_as(weight, bias, torch.gt(self.levels, 0), self.dtype)

  def keep_as(self: __torch__.Decoder, weight: Tensor, bias: Tensor, int8: bool, dtype: int) -> __torch__.Product:
    p = __torch__.Product.__new__(__torch__.Product)
    p.scale = torch.empty([0], dtype=6)
    p.zero_point = p.scale
    p.int8 = int8
    p.shape = torch.size(weight)
    w = torch.contiguous(torch.to(weight, dtype))
    if int8:
      scale = (self).channel_scale(w)
      w = ops.onednn.qlinear_prepack((self).quantised(w, scale), None)
      p.scale = torch.view(scale, [-1])
      p.zero_point = torch.zeros([torch.size(scale, 0)], dtype=4)
    else:
      if self.packed:
        w = ops.mkldnn._reorder_linear_weight(w, 64)
      else:
        # A weight may lie in the mapped checkpoint.
        w = torch.clone(w)
    p.weight = w
    p.bias = torch.clone(torch.to(bias, dtype))
    torch.append(self.products, p)
    return p

  # A product that is never rounded to int8, as those that choose experts; in_float: it is computed in float32, from weights as they
  # are stored.
  def exact_of(self: __torch__.Decoder, name: str, w: Dict[str, Tensor], in_float: bool) -> __torch__.Product:
    bias = (self).optional(w, torch.add(name, ".bias"))
    stored = (self).as_stored(w[torch.add(name, ".weight")])
    # Of a few outputs oneDNN adds a single row in another order than several.
    missing = torch.remainder(torch.neg(torch.size(stored, 0)), 16)
    stored = torch.constant_pad_nd(stored, [0, 0, 0, missing], 0)
    if torch.gt(torch.numel(bias), 0):
      bias = torch.constant_pad_nd(bias, [0, missing], 0)
    if in_float:
      return (self).keep_as(stored, bias, False, 6)
    return (self).keep_as(stored, bias, False, self.dtype)

  # Nothing is held outside of libtorch's tensors.
  def begin(self: __torch__.Decoder) -> int:
    return 0

  def added(self: __torch__.Decoder) -> int:
    return 0

  def end(self: __torch__.Decoder) -> int:
    return 0

  # gate and up of an MLP.
  def gate_and_up(self: __torch__.Decoder, prefix: str, w: Dict[str, Tensor]) -> List[__torch__.Product]:
    gate = (self).product_of(torch.add(prefix, "gate"), w)
    return [gate, (self).product_of(torch.add(prefix, "up"), w)]

  # One product of each shape and kind.
  def samples(self: __torch__.Decoder) -> List[__torch__.Product]:
    found = annotate(List[__torch__.Product], [])
    shapes = annotate(List[str], [])
    for p in self.products:
      shape = torch.add(torch.add(torch.str(p.shape), " "), torch.str(p.int8))
      if torch.__not__(torch.__contains__(shapes, shape)):
        torch.append(shapes, shape)
        torch.append(found, p)
    return found

  # Sets product_rows to the largest of these counts within which a row of a product has the same bits for every number of
  # rows on this processor, shown on a product of each shape. oneDNN chooses its kernels by shape and instruction set: 256 rows
  # share their bits with AVX-512, and 64 with AVX2.
  def set_product_rows(self: __torch__.Decoder, counts: List[int]) -> int:
    self.product_rows = 1
    for count in counts:
      same = True
      for p in (self).samples():
        same = torch.__and__(same, (self).rows_agree((self).sample_input(p, count), p))
      if same:
        self.product_rows = ops.prim.max(self.product_rows, count)
    return self.product_rows

  # Some rows as a product may meet them.
  def sample_input(self: __torch__.Decoder, p: __torch__.Product, rows: int) -> Tensor:
    width = p.shape[1]
    x = torch.sin(torch.mul(torch.arange(torch.mul(rows, width), dtype=6, device=(self).device()), 0.7))
    return torch.to(torch.view(x, [rows, width]), self.dtype)

  # Whether the rows of x have the same bits in products of fewer rows. What is fused with a product may choose another kernel.
  def rows_agree(self: __torch__.Decoder, x: Tensor, p: __torch__.Product) -> bool:
    other = (self).product((self).ready(x), p, "none", x)
    afters = ["none"]
    if torch.__not__(p.int8):
      afters = ["none", "swish", "mul", "add"]
    same = True
    for after in afters:
      whole = (self).product((self).ready(x), p, after, other)
      for count in [1, 2, 3, 7, 16, 33, 63, 64, 65, 128, 129, 255]:
        if torch.lt(count, torch.size(x, 0)):
          part = (self).product((self).ready(torch.slice(x, 0, 0, count)), p, after, torch.slice(other, 0, 0, count))
          same = torch.__and__(same, torch.equal(part, torch.slice(whole, 0, 0, count)))
    # Of a single row one number may be the same by chance.
    whole = (self).product((self).ready(x), p, "none", x)
    for i in range(ops.prim.min(torch.size(x, 0), 16)):
      part = (self).product((self).ready(torch.narrow(x, 0, i, 1)), p, "none", x)
      same = torch.__and__(same, torch.equal(part, torch.narrow(whole, 0, i, 1)))
    return same

  # The products that set_product_rows looks at, one after the other: bits to compare between threads.
  def sample_products(self: __torch__.Decoder, rows: int) -> Tensor:
    found = annotate(List[Tensor], [])
    for p in (self).samples():
      x = (self).sample_input(p, rows)
      torch.append(found, torch.view(torch.to((self).product((self).ready(x), p, "none", x), 6), [-1]))
    return torch.cat(found, 0)

  # What products take of x [rows, in]: x itself, and in int8 also whole numbers and the step between them, one [rows, 1] for
  # each row, so that a row's numbers do not depend on the batch (dynamic, symmetric, per token).
  def ready(self: __torch__.Decoder, x: Tensor) -> List[Tensor]:
    if torch.gt(self.levels, 0):
      step = torch.div(torch.clamp_min(torch.amax(torch.abs(x), [-1], True), 1e-30), self.levels)
      # Unsigned, and the conversion cuts off: the half makes it round.
      shifted = torch.add_(torch.mul(x, torch.reciprocal(step)), torch.add(self.levels, 1.5))
      return [x, torch.to(shifted, 0), step]
    return [x]

  # x [rows, in], ready -> [rows, out]; then "swish" of it, or it "mul" or "add" other [rows, out]. In packed float32 that is part
  # of the product. In bfloat16 it is not: HF rounds after each operation, and so do we.
  # At most product_rows rows a product: within that, a row's bits do not depend on the others.
  def linear(self: __torch__.Decoder, x: List[Tensor], p: __torch__.Product, after: str, other: Tensor) -> Tensor:
    rows = torch.size(x[0], 0)
    if torch.__or__(torch.__not__(self.packed), torch.le(rows, self.product_rows)):
      y = (self).product(x, p, after, other)
    else:
      pieces = annotate(List[Tensor], [])
      for start in range(0, rows, self.product_rows):
        end = torch.add(start, self.product_rows)
        part = [torch.slice(t, 0, start, end) for t in x]
        torch.append(pieces, (self).product(part, p, after, torch.slice(other, 0, start, end)))
      y = torch.cat(pieces, 0)
    return y

  def product(self: __torch__.Decoder, x: List[Tensor], p: __torch__.Product, after: str, other: Tensor) -> Tensor:
    some_bias = annotate(Optional[Tensor], None)
    if torch.gt(torch.numel(p.bias), 0):
      some_bias = p.bias
    left = after
    if p.int8:
      # Sums of products are whole numbers, so they are exact in any order.
      none = annotate(List[Optional[number]], [])
      y = ops.onednn.qlinear_pointwise(x[1], 1., torch.add(self.levels, 1), p.weight, p.scale, p.zero_point, None, 1., 0, 6, "none", none, "")
      y = torch.mul_(y, x[2])
      if torch.gt(torch.numel(p.bias), 0):
        y = torch.add_(y, p.bias)
    else:
      # A router may compute in float32 where the model does not.
      z = torch.to(x[0], p.bias.dtype)
      if self.packed:
        fused = "none"
        if torch.eq(self.dtype, 6):
          fused = after
          left = "none"
        binary = torch.__or__(torch.eq(fused, "mul"), torch.eq(fused, "add"))
        if binary:
          y = ops.mkldnn._linear_pointwise(z, other, p.weight, some_bias, fused)
        else:
          y = ops.mkldnn._linear_pointwise(z, p.weight, some_bias, fused, annotate(List[Optional[number]], []), "")
      else:
        y = torch.linear(z, p.weight, some_bias)
    if torch.eq(left, "swish"):
      y = (self).silu(y)
    if torch.eq(left, "mul"):
      y = torch.mul(y, other)
    if torch.eq(left, "add"):
      y = torch.add(y, other)
    return y

  # x / (1 + exp(-x)). In float32 libtorch's own silu rounds differently where a thread's part of the rows ends within a vector,
  # and where that is depends on their number; its exp, tanh and erf do not. In bfloat16 silu has the same bits either way.
  def silu(self: __torch__.Decoder, x: Tensor) -> Tensor:
    if torch.eq(self.dtype, 15):
      return torch.silu(x)
    return torch.div(x, torch.add_(torch.exp_(torch.neg(x)), 1))

  def sigmoid(self: __torch__.Decoder, x: Tensor) -> Tensor:
    return torch.reciprocal(torch.add_(torch.exp_(torch.neg(x)), 1))

  # ln(1 + exp(x)).
  def softplus(self: __torch__.Decoder, x: Tensor) -> Tensor:
    return torch.where(torch.gt(x, 20), x, torch.log1p(torch.exp(x)))

  # An activation by its name (Activation), in float32, rounded to the model's type.
  def activate(self: __torch__.Decoder, x: Tensor, mlp: __torch__.Mlp) -> Tensor:
    if torch.eq(mlp.activation, "silu"):
      return (self).silu(x)
    f = torch.to(x, 6)
    y = f
    if torch.eq(mlp.activation, "gelu"):
      y = torch.mul(torch.mul(f, 0.5), torch.add(torch.erf(torch.mul(f, 0.7071067811865476)), 1))
    if torch.eq(mlp.activation, "gelu_tanh"):
      inner = torch.mul(torch.add(torch.mul(torch.mul(torch.mul(f, f), f), 0.044715), f), 0.7978845608028654)
      y = torch.mul(torch.mul(f, 0.5), torch.add(torch.tanh(inner), 1))
    if torch.eq(mlp.activation, "relu_squared"):
      positive = torch.clamp_min(f, 0)
      y = torch.mul(positive, positive)
    if torch.eq(mlp.activation, "xielu"):
      above = (self).softplus(mlp.learned[0])
      below = torch.add((self).softplus(mlp.learned[1]), 0.5)
      high = torch.add(torch.mul(torch.mul(f, f), above), torch.mul(f, 0.5))
      low = torch.add(torch.mul(torch.sub(torch.expm1(torch.clamp_max(f, -1e-06)), f), below), torch.mul(f, 0.5))
      y = torch.where(torch.gt(f, 0), high, low)
    return torch.to(y, self.dtype)

  # Each norm in float32, as HF does; weights as NormSpec says.
  def norm(self: __torch__.Decoder, x: Tensor, n: __torch__.Norm) -> Tensor:
    if torch.eq(n.kind, "none"):
      return x
    # Sums round otherwise where rows lie apart, and a single row never does.
    f = torch.contiguous(torch.to(x, 6))
    if torch.eq(n.kind, "layer"):
      y = torch.mul(torch.layer_norm(f, [torch.size(x, -1)], None, None, n.eps, False), n.weight)
      if torch.gt(torch.numel(n.bias), 0):
        y = torch.add(y, n.bias)
      return torch.to(y, self.dtype)
    length = torch.linalg_vector_norm(f, 2, [-1], True)
    scale = torch.rsqrt(torch.add(torch.div(torch.mul(length, length), torch.size(x, -1)), n.eps))
    normed = torch.mul(f, scale)
    if torch.eq(n.kind, "rms"):
      return torch.mul(torch.to(normed, self.dtype), n.weight)
    if torch.eq(n.kind, "rms_float"):
      normed = torch.mul(normed, n.weight)
    return torch.to(normed, self.dtype)

  # Rotates the first values of each head. x [tokens, heads, head_dim], cos and sin [tokens, 1, rotated].
  def rotate(self: __torch__.Decoder, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    width = torch.size(cos, -1)
    half = torch.floordiv(width, 2)
    turned = torch.slice(x, -1, 0, width)
    swapped = torch.cat([torch.slice(turned, -1, half), torch.slice(turned, -1, 0, half)], -1)
    y = torch.add(torch.mul(turned, cos), torch.mul(swapped, sin))
    if torch.lt(width, torch.size(x, -1)):
      y = torch.cat([y, torch.slice(x, -1, width)], -1)
    return y

  # x + block_scale * norm(y times a weight); y: what the weight takes, ready.
  def add_product(self: __torch__.Decoder, x: Tensor, y: List[Tensor], p: __torch__.Product, norm: __torch__.Norm, scale: float) -> Tensor:
    if torch.__and__(torch.eq(norm.kind, "none"), torch.eq(scale, 1.)):
      return (self).linear(y, p, "add", x)
    return (self).add_block(x, (self).linear(y, p, "none", x), norm, scale)

  def add_block(self: __torch__.Decoder, x: Tensor, y: Tensor, norm: __torch__.Norm, scale: float) -> Tensor:
    z = (self).norm(y, norm)
    if torch.ne(scale, 1.):
      z = torch.mul(z, scale)
    return torch.add(x, z)

  # What an MLP's last product takes. y [tokens, hidden], ready.
  def inner(self: __torch__.Decoder, y: List[Tensor], mlp: __torch__.Mlp) -> Tensor:
    if torch.__not__(mlp.gated):
      return (self).activate((self).linear(y, mlp.up, "none", y[0]), mlp)
    if torch.eq(mlp.activation, "silu"):
      return (self).linear(y, mlp.up, "mul", (self).linear(y, mlp.gate, "swish", y[0]))
    gate = (self).linear(y, mlp.gate, "none", y[0])
    if torch.eq(mlp.activation, "clamped_swiglu"):
      limit = mlp.clamp[1]
      up = torch.add(torch.clamp((self).linear(y, mlp.up, "none", y[0]), torch.neg(limit), limit), 1)
      low = torch.to(torch.clamp_max(gate, limit), 6)
      return torch.mul(up, torch.to(torch.mul(low, (self).sigmoid(torch.mul(low, mlp.clamp[0]))), self.dtype))
    return (self).linear(y, mlp.up, "mul", (self).activate(gate, mlp))

  # x and what the layer's MLP makes of y added to it.
  def add_mlp(self: __torch__.Decoder, x: Tensor, y: Tensor, layer: __torch__.Layer) -> Tensor:
    ready = (self).ready(y)
    if torch.gt(torch.len(layer.experts), 0):
      if torch.gt(torch.len(layer.mlp), 0):
        dense = (self).norm((self).mlp_alone(ready, layer.mlp[0]), layer.dense_out_norm)
        sparse = (self).mixed((self).ready((self).norm(x, layer.experts_norm)), x, layer.experts[0])
        both = torch.add(dense, (self).norm(sparse, layer.experts_out_norm))
        return (self).add_block(x, both, layer.mlp_out_norm, layer.block_scale)
      return (self).add_block(x, (self).mixed(ready, x, layer.experts[0]), layer.mlp_out_norm, layer.block_scale)
    mlp = layer.mlp[0]
    return (self).add_product(x, (self).ready((self).inner(ready, mlp)), mlp.down, layer.mlp_out_norm, layer.block_scale)

  def mlp_alone(self: __torch__.Decoder, y: List[Tensor], mlp: __torch__.Mlp) -> Tensor:
    return (self).linear((self).ready((self).inner(y, mlp)), mlp.down, "none", y[0])

  # The sum of a token's experts by their weights, in the order of their numbers, so that it does not depend on other
  # tokens; in float32, so that many experts are added without rounding each time. x: the activations before the block.
  def mixed(self: __torch__.Decoder, y: List[Tensor], x: Tensor, experts: __torch__.Experts) -> Tensor:
    routed = y
    if torch.ne(experts.input_norm.kind, "none"):
      routed = [torch.mul((self).norm(x, experts.input_norm), experts.input_scale)]
    chosen, shares, = (self).route(routed, experts)
    total = torch.to(torch.zeros_like(y[0]), 6)
    counts = torch.bincount(torch.view(chosen, [-1]), None, torch.len(experts.each))
    for i in range(torch.len(experts.each)):
      if torch.gt(int(torch.select(counts, 0, i)), 0):
        at = torch.nonzero(torch.eq(chosen, i))
        tokens = torch.select(at, 1, 0)
        share = torch.index(shares, annotate(List[Optional[Tensor]], [tokens, torch.select(at, 1, 1)]))
        part = (self).mlp_alone([torch.index_select(t, 0, tokens) for t in y], experts.each[i])
        _0 = torch.index_add_(total, 0, tokens, torch.mul(torch.to(part, 6), torch.unsqueeze(share, 1)))
    total = torch.to(total, self.dtype)
    for shared in experts.shared:
      part = (self).mlp_alone(y, shared)
      for gate in experts.shared_gate:
        opened = torch.slice((self).linear(y, gate, "none", y[0]), 1, 0, 1)
        part = torch.mul(part, torch.to((self).sigmoid(torch.to(opened, 6)), self.dtype))
      total = torch.add(total, part)
    return total

  # The experts of each token and their weights, [tokens, chosen] both. The weights in float32.
  def route(self: __torch__.Decoder, y: List[Tensor], experts: __torch__.Experts) -> Tuple[Tensor, Tensor]:
    logits = torch.to(torch.slice((self).linear(y, experts.router, "none", y[0]), 1, 0, torch.len(experts.each)), 6)
    scores = logits
    if torch.eq(experts.kind, "softmax"):
      scores = torch.softmax(logits, -1)
    if torch.eq(experts.kind, "sigmoid"):
      scores = (self).sigmoid(logits)
    choice = scores
    if torch.gt(torch.numel(experts.correction), 0):
      choice = torch.add(scores, experts.correction)
    if torch.gt(experts.groups, 1):
      grouped = torch.view(choice, [torch.size(choice, 0), experts.groups, -1])
      best, _0, = torch.topk(grouped, 2, -1, True, True)
      _1, group, = torch.topk(torch.sum(best, [-1]), experts.chosen_groups, -1, True, True)
      looked = torch.scatter(torch.zeros([torch.size(choice, 0), experts.groups], dtype=6, device=choice.device), 1, group, 1.)
      choice = torch.reshape(torch.masked_fill(grouped, torch.eq(torch.unsqueeze(looked, -1), 0), -inf), torch.size(choice))
    _2, chosen, = torch.topk(choice, experts.chosen, -1, True, True)
    weights = torch.gather(scores, 1, chosen)
    if torch.eq(experts.kind, "softmax_of_chosen"):
      weights = torch.softmax(weights, -1)
    if experts.normalised:
      total = torch.sum(weights, [-1], True)
      if torch.eq(experts.kind, "sigmoid"):
        total = torch.add(total, 1e-20)
      weights = torch.div(weights, total)
    if torch.ne(experts.scale, 1.):
      weights = torch.mul(weights, experts.scale)
    if torch.gt(torch.numel(experts.scales), 0):
      weights = torch.mul(weights, torch.index(experts.scales, annotate(List[Optional[Tensor]], [chosen])))
    return (chosen, weights)

  # What each layer gets of the tokens beside x, their embeddings: [tokens, layers, width] or nothing.
  def layer_inputs(self: __torch__.Decoder, ids: Tensor, x: Tensor) -> List[Tensor]:
    found = annotate(List[Tensor], [])
    for all in self.by_layer:
      product = torch.mul((self).linear((self).ready(x), all.product, "none", x), all.product_scale)
      normed = (self).norm(torch.view(product, [torch.size(ids, 0), -1, all.width]), all.norm)
      own = torch.embedding(all.embedding, ids)
      own = torch.mul(own, torch.to(torch.tensor(all.embedding_scale, device=x.device), self.dtype))
      torch.append(found, torch.mul(torch.add(normed, torch.view(own, torch.size(normed))), all.scale))
    return found

  # Logits of rows after the final norm and the head, [rows, vocabulary or more].
  def head(self: __torch__.Decoder, x: Tensor) -> Tensor:
    logits = (self).linear((self).ready((self).norm(x, self.final_norm[0])), self.products[0], "none", x)
    if torch.ne(self.logit_scale, 1.):
      logits = torch.mul(logits, self.logit_scale)
    if torch.gt(self.logit_cap, 0.):
      logits = torch.mul(torch.tanh(torch.div(logits, self.logit_cap)), self.logit_cap)
    if torch.gt(torch.size(logits, 1), self.vocab):
      _0 = torch.fill_(torch.slice(logits, 1, self.vocab), -inf)
    return logits

  # [tokens, hidden] of the tokens after the first `depth` layers. K and V of the layer after those are stored too, and it needs no
  # more where nothing meets its output. ids, positions, offsets [tokens], blocks [groups, tokens]: the token, its position, the row
  # and the block that keep its K and V. rotations [tokens]: rows of the rotary tables. view: what the tokens attend to, spans of
  # prompts (attend_spans) or rows of a decode (attend_rows).
  def layers(self: __torch__.Decoder, ids: Tensor, positions: Tensor, rotations: Tensor, blocks: Tensor, offsets: Tensor, view: Dict[str, Tensor], depth: int) -> Tensor:
    x = (self).embed(ids, positions)
    tables = [torch.index_select(table, 0, rotations) for table in self.rope]
    inputs = (self).layer_inputs(ids, x)
    for number in range(ops.prim.min(torch.add(depth, 1), torch.len(self.stack))):
      layer = self.stack[number]
      y = (self).norm(x, layer.mixer_norm)
      mixed = annotate(Optional[Tensor], None)
      if torch.gt(torch.len(layer.delta), 0):
        mixed = (self).delta_rule(y, layer.delta[0], positions, view)
      else:
        qk, v, gate, = (self).project(y, positions, tables, layer)
        if layer.own_keys:
          where = annotate(List[Optional[Tensor]], [torch.select(blocks, 0, layer.group), None, offsets])
          _0 = torch.index_put_(layer.keys, where, torch.slice(qk, 1, layer.heads))
          _1 = torch.index_put_(layer.values, where, v)
        if torch.lt(number, depth):
          mixed = (self).attend(qk, v, gate, positions, layer, view)
      if torch.lt(number, depth):
        before = x
        attended = (self).ready(unchecked_cast(Tensor, mixed))
        x = (self).add_product(x, attended, layer.output, layer.mixer_out_norm, layer.block_scale)
        if torch.__not__(layer.parallel):
          y = (self).norm(x, layer.mlp_norm)
        else:
          if torch.ne(layer.mlp_norm.kind, "none"):
            y = (self).norm(before, layer.mlp_norm)
        x = (self).add_mlp(x, y, layer)
        for mlp in layer.input:
          own = torch.mul((self).inner((self).ready(x), mlp), torch.select(inputs[0], 1, number))
          x = (self).add_product(x, (self).ready(own), mlp.down, layer.input_norm, 1.)
        if torch.gt(torch.numel(layer.out_scale), 0):
          x = torch.mul(x, layer.out_scale)
    return x

  def attend(self: __torch__.Decoder, qk: Tensor, v: Tensor, gate: Tensor, positions: Tensor, layer: __torch__.Layer, view: Dict[str, Tensor]) -> Tensor:
    if torch.__contains__(view, "spans"):
      attended = (self).attend_spans(qk, v, layer, positions, view)
    else:
      attended = (self).attend_rows(torch.slice(qk, 1, 0, layer.heads), positions, layer, view)
    if layer.gated:
      attended = torch.mul(attended, torch.to((self).sigmoid(torch.to(gate, 6)), self.dtype))
    return attended

  # The gated delta rule (arXiv 2412.06464), [tokens, value_heads * value_dim]. Spans go chunk by chunk, rows of a decode by the
  # recurrence; the two differ in rounding. view: slots [sequences or rows]: where the states lie.
  def delta_rule(self: __torch__.Decoder, y: Tensor, delta: __torch__.Delta, positions: Tensor, view: Dict[str, Tensor]) -> Tensor:
    tokens = torch.size(y, 0)
    keys = torch.mul(delta.key_heads, delta.key_dim)
    values = torch.mul(delta.value_heads, delta.value_dim)
    channels = torch.add(torch.mul(keys, 2), values)
    rows = (self).linear((self).ready(y), delta.input, "none", y)
    x = torch.slice(rows, 1, 0, channels)
    rest = torch.add(channels, values)
    gate = torch.to(torch.view(torch.slice(rows, 1, channels, rest), [tokens, delta.value_heads, -1]), 6)
    beta = (self).sigmoid(torch.to(torch.slice(rows, 1, rest, torch.add(rest, delta.value_heads)), 6))
    a = torch.to(torch.slice(rows, 1, torch.add(rest, delta.value_heads)), 6)
    # In bfloat16 HF rounds beta.
    beta = torch.to(torch.to(beta, self.dtype), 6)
    decay = torch.mul((self).softplus(torch.add(a, delta.dt_bias)), delta.decay)
    slots = view["slots"]
    if torch.__contains__(view, "spans"):
      spans = view["spans"]
      parts = annotate(List[Tensor], [])
      for i in range(torch.size(spans, 0)):
        first = int(torch.select(torch.select(spans, 0, i), 0, 0))
        count = int(torch.select(torch.select(spans, 0, i), 0, 1))
        fresh = torch.eq(int(torch.select(torch.select(spans, 0, i), 0, 2)), 0)
        slot = int(torch.select(slots, 0, i))
        torch.append(parts, (self).delta_span(torch.narrow(x, 0, first, count), torch.narrow(beta, 0, first, count), torch.narrow(decay, 0, first, count), delta, slot, fresh))
      o = torch.cat(parts, 0)
    else:
      o = (self).delta_rows(x, beta, decay, delta, slots, positions)
    normed = torch.to((self).norm(torch.to(o, self.dtype), delta.norm), 6)
    return torch.reshape(torch.to(torch.mul(normed, torch.mul(gate, (self).sigmoid(gate))), self.dtype), [tokens, values])

  # Queries, keys and values of the delta rule after the convolution, [tokens, value_heads, key_dim or value_dim] float32.
  # windows: its inputs, for each place of the kernel [tokens, channels].
  def convolve(self: __torch__.Decoder, windows: List[Tensor], delta: __torch__.Delta) -> Tuple[Tensor, Tensor, Tensor]:
    total = torch.mul(torch.to(windows[0], 6), torch.select(delta.conv, 1, 0))
    for i in range(1, torch.len(windows)):
      total = torch.add(total, torch.mul(torch.to(windows[i], 6), torch.select(delta.conv, 1, i)))
    rounded = torch.to(torch.to(total, self.dtype), 6)
    y = torch.to(torch.to(torch.mul(rounded, (self).sigmoid(rounded)), self.dtype), 6)
    tokens = torch.size(y, 0)
    keys = torch.mul(delta.key_heads, delta.key_dim)
    q = torch.view(torch.slice(y, 1, 0, keys), [tokens, delta.key_heads, delta.key_dim])
    k = torch.view(torch.slice(y, 1, keys, torch.mul(keys, 2)), [tokens, delta.key_heads, delta.key_dim])
    v = torch.view(torch.slice(y, 1, torch.mul(keys, 2)), [tokens, delta.value_heads, delta.value_dim])
    group = torch.floordiv(delta.value_heads, delta.key_heads)
    q = torch.mul((self).unit(q), torch.pow(torch.mul(1., delta.key_dim), -0.5))
    shape = [tokens, delta.key_heads, group, delta.key_dim]
    q = torch.reshape(torch.expand(torch.unsqueeze(q, 2), shape), [tokens, delta.value_heads, delta.key_dim])
    k = torch.reshape(torch.expand(torch.unsqueeze((self).unit(k), 2), shape), [tokens, delta.value_heads, delta.key_dim])
    return (q, k, v)

  # x divided by its length.
  def unit(self: __torch__.Decoder, x: Tensor) -> Tensor:
    y = torch.contiguous(x)
    length = torch.linalg_vector_norm(y, 2, [-1], True)
    return torch.mul(y, torch.rsqrt(torch.add(torch.mul(length, length), 1e-06)))

  # One token of each of some sequences, [rows, value_heads, value_dim] float32. A sequence begins with a state of zeros.
  def delta_rows(self: __torch__.Decoder, x: Tensor, beta: Tensor, decay: Tensor, delta: __torch__.Delta, slots: Tensor, positions: Tensor) -> Tensor:
    rows = torch.size(x, 0)
    heads = torch.mul(rows, delta.value_heads)
    old = torch.to(torch.gt(positions, 0), 6)
    where = annotate(List[Optional[Tensor]], [slots])
    tail = torch.mul(torch.index_select(delta.tail, 0, slots), torch.to(torch.view(old, [-1, 1, 1]), self.dtype))
    inputs = torch.cat([tail, torch.unsqueeze(x, 1)], 1)
    _0 = torch.index_put_(delta.tail, where, torch.slice(inputs, 1, 1))
    q, k, v, = (self).convolve([torch.select(inputs, 1, i) for i in range(torch.size(delta.conv, 1))], delta)
    state = torch.mul(torch.index_select(delta.state, 0, slots), torch.view(old, [-1, 1, 1, 1]))
    state = torch.mul(state, torch.reshape(torch.exp(decay), [rows, delta.value_heads, 1, 1]))
    state = torch.view(state, [heads, delta.key_dim, delta.value_dim])
    key = torch.reshape(k, [heads, 1, delta.key_dim])
    change = torch.mul(torch.sub(torch.reshape(v, [heads, 1, delta.value_dim]), torch.bmm(key, state)), torch.reshape(beta, [heads, 1, 1]))
    state = torch.add(state, torch.mul(torch.transpose(key, 1, 2), change))
    _1 = torch.index_put_(delta.state, where, torch.view(state, [rows, delta.value_heads, delta.key_dim, delta.value_dim]))
    return torch.view(torch.bmm(torch.reshape(q, [heads, 1, delta.key_dim]), state), [rows, delta.value_heads, delta.value_dim])

  # A span of one sequence in chunks of 64, [tokens, value_heads, value_dim] float32: within a chunk the rule is a triangular system
  # (as HF's torch_chunk_gated_delta_rule).
  def delta_span(self: __torch__.Decoder, x: Tensor, beta: Tensor, decay: Tensor, delta: __torch__.Delta, slot: int, fresh: bool) -> Tensor:
    count = torch.size(x, 0)
    kernel = torch.size(delta.conv, 1)
    tail = torch.select(delta.tail, 0, slot)
    state = torch.select(delta.state, 0, slot)
    if fresh:
      _0 = torch.fill_(tail, 0)
      _1 = torch.fill_(state, 0)
    inputs = torch.cat([tail, x], 0)
    q, k, v, = (self).convolve([torch.narrow(inputs, 0, i, count) for i in range(kernel)], delta)
    _2 = torch.copy_(tail, torch.narrow(inputs, 0, count, torch.sub(kernel, 1)))
    missing = torch.remainder(torch.neg(count), 64)
    q = torch.reshape(torch.permute(torch.constant_pad_nd(q, [0, 0, 0, 0, 0, missing], 0), [1, 0, 2]), [delta.value_heads, -1, 64, delta.key_dim])
    k = torch.reshape(torch.permute(torch.constant_pad_nd(k, [0, 0, 0, 0, 0, missing], 0), [1, 0, 2]), [delta.value_heads, -1, 64, delta.key_dim])
    v = torch.reshape(torch.permute(torch.constant_pad_nd(v, [0, 0, 0, 0, 0, missing], 0), [1, 0, 2]), [delta.value_heads, -1, 64, delta.value_dim])
    b = torch.reshape(torch.transpose(torch.constant_pad_nd(beta, [0, 0, 0, missing], 0), 0, 1), [delta.value_heads, -1, 64, 1])
    g = torch.cumsum(torch.reshape(torch.transpose(torch.constant_pad_nd(decay, [0, 0, 0, missing], 0), 0, 1), [delta.value_heads, -1, 64]), 2)
    later = torch.triu(torch.ones([64, 64], dtype=11, device=x.device), 1)
    between = torch.exp(torch.masked_fill(torch.sub(torch.unsqueeze(g, 3), torch.unsqueeze(g, 2)), later, -inf))
    kt = torch.transpose(k, 2, 3)
    kb = torch.mul(k, b)
    system = torch.mul(torch.matmul(kb, kt), between)
    within = torch.mul(torch.matmul(q, kt), between)
    grown = torch.unsqueeze(torch.exp(g), 3)
    news = torch.linalg_solve_triangular(system, torch.mul(v, b), upper=False, unitriangular=True)
    olds = torch.linalg_solve_triangular(system, torch.mul(kb, grown), upper=False, unitriangular=True)
    q = torch.mul(q, grown)
    last = torch.slice(g, 2, 63)
    k = torch.mul(k, torch.unsqueeze(torch.exp(torch.sub(last, g)), 3))
    chunks = annotate(List[Tensor], [])
    now = torch.clone(state)
    for i in range(torch.size(q, 1)):
      change = torch.sub(torch.select(news, 1, i), torch.bmm(torch.select(olds, 1, i), now))
      torch.append(chunks, torch.add(torch.bmm(torch.select(q, 1, i), now), torch.bmm(torch.select(within, 1, i), change)))
      kept = torch.mul(now, torch.unsqueeze(torch.exp(torch.select(last, 1, i)), 2))
      now = torch.add(kept, torch.bmm(torch.transpose(torch.select(k, 1, i), 1, 2), change))
    _3 = torch.copy_(state, now)
    return torch.slice(torch.transpose(torch.cat(chunks, 1), 0, 1), 0, 0, count)

  # Queries and keys [tokens, heads + kv_heads, head_dim], values [tokens, kv_heads, head_dim] and gates [tokens, width], which
  # are empty where the layer has none. tables: cosine, sine of each rotary table for the tokens.
  def project(self: __torch__.Decoder, y: Tensor, positions: Tensor, tables: List[Tensor], layer: __torch__.Layer) -> Tuple[Tensor, Tensor, Tensor]:
    all = (self).linear((self).ready(y), layer.qkv[0], "none", y)
    tokens = torch.size(y, 0)
    rotated = layer.heads
    if layer.own_keys:
      rotated = torch.add(rotated, layer.kv_heads)
    end = rotated
    if layer.own_values:
      end = torch.add(rotated, layer.kv_heads)
    qkv = torch.view(all, [tokens, -1, layer.head_dim])
    qk = torch.slice(qkv, 1, 0, rotated)
    v = torch.slice(qkv, 1, torch.sub(end, layer.kv_heads), end)
    v = (self).norm(v, layer.value_norm)
    gate = torch.reshape(torch.slice(qkv, 1, end), [tokens, -1])
    if torch.__or__(torch.eq(layer.head_norm, "before_rotation"), torch.eq(layer.head_norm, "weights_by_head")):
      qk = (self).norm_heads(qk, layer)
    if torch.eq(layer.head_norm, "whole_width"):
      q = (self).norm(torch.reshape(torch.slice(qk, 1, 0, layer.heads), [tokens, -1]), layer.query_norm)
      k = (self).norm(torch.reshape(torch.slice(qk, 1, layer.heads), [tokens, -1]), layer.key_norm)
      qk = torch.view(torch.cat([q, k], 1), [tokens, rotated, layer.head_dim])
    if torch.gt(layer.clip, 0.):
      qk = torch.clamp(qk, torch.neg(layer.clip), layer.clip)
      v = torch.clamp(v, torch.neg(layer.clip), layer.clip)
    if torch.ge(layer.rope, 0):
      at = torch.mul(layer.rope, 2)
      qk = (self).rotate(qk, tables[at], tables[torch.add(at, 1)])
    if torch.eq(layer.head_norm, "after_rotation"):
      qk = (self).norm_heads(qk, layer)
    if torch.ne(layer.position_scale[0], 0.):
      steps = torch.floor(torch.div(torch.to(positions, 6), layer.position_scale[1]))
      factor = torch.to(torch.add(torch.mul(torch.log(torch.add(steps, 1)), layer.position_scale[0]), 1), self.dtype)
      q = torch.mul(torch.slice(qk, 1, 0, layer.heads), torch.view(factor, [-1, 1, 1]))
      qk = torch.cat([q, torch.slice(qk, 1, layer.heads)], 1)
    return (qk, v, gate)

  def norm_heads(self: __torch__.Decoder, qk: Tensor, layer: __torch__.Layer) -> Tensor:
    q = (self).norm(torch.slice(qk, 1, 0, layer.heads), layer.query_norm)
    return torch.cat([q, (self).norm(torch.slice(qk, 1, layer.heads), layer.key_norm)], 1)

  # Attention of spans of prompts over their own tokens and those before them, [tokens, heads * head_dim].
  # view: spans [sequences, 4] of (first token in the batch, tokens, position of the first, first entry in table); table
  # [groups, entries]: block numbers, any where the group's window has left the block.
  def attend_spans(self: __torch__.Decoder, qk: Tensor, v: Tensor, layer: __torch__.Layer, positions: Tensor, view: Dict[str, Tensor]) -> Tensor:
    spans = view["spans"]
    held = self.stack[layer.kv_layer]
    # In float32: libtorch's kernel is no slower in it than in bfloat16, and nearer to HF's.
    f = torch.to(qk, 6)
    values = torch.to(v, 6)
    attended = annotate(List[Tensor], [])
    for i in range(torch.size(spans, 0)):
      first = int(torch.select(torch.select(spans, 0, i), 0, 0))
      count = int(torch.select(torch.select(spans, 0, i), 0, 1))
      start = int(torch.select(torch.select(spans, 0, i), 0, 2))
      entry = int(torch.select(torch.select(spans, 0, i), 0, 3))
      end = torch.add(start, count)
      span = torch.narrow(f, 0, first, count)
      q = torch.reshape(torch.slice(span, 1, 0, layer.heads), [count, layer.kv_heads, -1, layer.head_dim])
      q = torch.permute(q, [1, 2, 0, 3])
      k = torch.slice(span, 1, layer.heads)
      some = torch.narrow(values, 0, first, count)
      # Position of the first key.
      base = start
      if torch.__or__(torch.gt(start, 0), torch.__not__(layer.own_keys)):
        # Blocks before the window of the span's first token are not read.
        skipped = 0
        if torch.gt(layer.window, 0):
          skipped = torch.floordiv(ops.prim.max(torch.sub(torch.add(start, 1), layer.window), 0), self.block)
        filled = torch.floordiv(torch.sub(torch.add(end, self.block), 1), self.block)
        mine = torch.narrow(torch.select(view["table"], 0, layer.group), 0, torch.add(entry, skipped), torch.sub(filled, skipped))
        base = torch.mul(skipped, self.block)
        k = (self).gather_blocks(held.keys, mine, torch.sub(end, base), layer)
        some = (self).gather_blocks(held.values, mine, torch.sub(end, base), layer)
      seen = annotate(Optional[Tensor], None)
      windowed = torch.__and__(torch.gt(layer.window, 0), torch.gt(torch.sub(end, base), layer.window))
      if torch.__or__(torch.gt(start, 0), windowed):
        own = torch.unsqueeze(torch.narrow(positions, 0, first, count), 1)
        other = torch.unsqueeze(torch.arange(base, end, dtype=4, device=positions.device), 0)
        allowed = torch.le(other, own)
        if torch.gt(layer.window, 0):
          allowed = torch.__and__(allowed, torch.gt(other, torch.sub(own, layer.window)))
        seen = allowed
      if torch.__or__(torch.gt(layer.cap, 0.), torch.gt(torch.numel(layer.sinks), 0)):
        torch.append(attended, (self).attend_span_by_hand(q, k, some, seen, layer))
      else:
        torch.append(attended, (self).attend_span(q, k, some, seen, layer))
    return torch.to(torch.cat(attended, 0), self.dtype)

  # Fills the KV cache and gives no logits: the output of the last layer that keeps anything meets nothing.
  def prefill(self: __torch__.Decoder, ids: Tensor, positions: Tensor, blocks: Tensor, offsets: Tensor, table: Tensor, spans: Tensor, slots: Tensor, rotations: Tensor) -> Tensor:
    _0 = (self).layers(ids, positions, rotations, blocks, offsets, {"spans": spans, "table": table, "slots": slots}, (self).last_keeper())
    return ids

  # As prefill, and looks up what follows some of the tokens. asked, targets [rows]: the token in the batch, and the id after it.
  # Gives [rows, 3] float64: log-sum-exp of the logits, the target's logit, 1 where the target is the (first) best, else 0.
  # At most product_rows rows meet the vocabulary at a time, so memory does not grow with the prompts.
  def score(self: __torch__.Decoder, ids: Tensor, positions: Tensor, blocks: Tensor, offsets: Tensor, table: Tensor, spans: Tensor, slots: Tensor, rotations: Tensor, asked: Tensor, targets: Tensor) -> Tensor:
    x = (self).layers(ids, positions, rotations, blocks, offsets, {"spans": spans, "table": table, "slots": slots}, torch.len(self.stack))
    x = torch.index_select(x, 0, asked)
    found = annotate(List[Tensor], [])
    start = 0
    for i in range(torch.floordiv(torch.sub(torch.add(torch.size(x, 0), self.product_rows), 1), self.product_rows)):
      end = torch.add(start, self.product_rows)
      logits = torch.to((self).head(torch.slice(x, 0, start, end)), 6)
      groups = torch.view(logits, [torch.size(logits, 0), -1, 64])
      total = (self).log_sum_exp(groups, torch.amax(groups, [-1]))
      target = torch.unsqueeze(torch.slice(targets, 0, start, end), 1)
      best = torch.eq(torch.argmax(logits, -1, True), target)
      torch.append(found, torch.cat([total, torch.to(torch.gather(logits, 1, target), 7), torch.to(best, 7)], 1))
      start = end
    return torch.cat(found, 0)

  # Attention of one span, [count, heads * head_dim]. q [kv_heads, group, count, head_dim]; k, v [keys, kv_heads, head_dim]; seen
  # [count, keys], or none where the span is the beginning. The heads of a group see K and V as one view: with enable_gqa
  # libtorch would copy them for each.
  # Of fewer than 32 queries libtorch's threads keep what they have in common in buffers of that many rows, one after the
  # other; where those do not begin at multiples of 64 bytes, bits depend on which thread took a head. So they get up to 16 or 32.
  def attend_span(self: __torch__.Decoder, q: Tensor, k: Tensor, v: Tensor, seen: Optional[Tensor], layer: __torch__.Layer) -> Tensor:
    count = torch.size(q, 2)
    missing = 0
    if torch.lt(count, 32):
      missing = torch.remainder(torch.neg(count), 16)
    some = seen
    if torch.gt(missing, 0):
      q = torch.constant_pad_nd(q, [0, 0, 0, missing], 0)
      if torch.__isnot__(seen, None):
        some = torch.constant_pad_nd(unchecked_cast(Tensor, seen), [0, 0, 0, missing], 1)
    shared = [-1, torch.size(q, 1), -1, -1]
    ks = torch.expand(torch.unsqueeze(torch.transpose(k, 0, 1), 1), shared)
    vs = torch.expand(torch.unsqueeze(torch.transpose(v, 0, 1), 1), shared)
    a = torch.scaled_dot_product_attention(q, ks, vs, some, 0., torch.__is__(seen, None), scale=layer.scale, enable_gqa=False)
    return torch.reshape(torch.permute(torch.slice(a, 2, 0, count), [2, 0, 1, 3]), [count, torch.mul(layer.heads, layer.head_dim)])

  # As attend_span, with caps and sinks, which libtorch's attention has not. One group of heads at a time.
  def attend_span_by_hand(self: __torch__.Decoder, q: Tensor, k: Tensor, v: Tensor, seen: Optional[Tensor], layer: __torch__.Layer) -> Tensor:
    count = torch.size(q, 2)
    group = torch.size(q, 1)
    mask = torch.tril(torch.ones([count, torch.size(k, 0)], dtype=11, device=q.device), torch.sub(torch.size(k, 0), count))
    if torch.__isnot__(seen, None):
      mask = unchecked_cast(Tensor, seen)
    groups = annotate(List[Tensor], [])
    for i in range(layer.kv_heads):
      keys = torch.transpose(torch.select(k, 1, i), 0, 1)
      scores = torch.mul(torch.matmul(torch.select(q, 0, i), keys), layer.scale)
      if torch.gt(layer.cap, 0.):
        scores = torch.mul(torch.tanh(torch.div(scores, layer.cap)), layer.cap)
      scores = torch.masked_fill(scores, torch.logical_not(mask), -inf)
      if torch.gt(torch.numel(layer.sinks), 0):
        sinks = torch.view(torch.narrow(layer.sinks, 0, torch.mul(i, group), group), [group, 1, 1])
        scores = torch.cat([scores, torch.expand(sinks, [group, count, 1])], -1)
      p = torch.slice(torch.softmax(scores, -1), -1, 0, torch.size(k, 0))
      torch.append(groups, torch.matmul(p, torch.select(v, 1, i)))
    a = torch.stack(groups, 0)
    return torch.reshape(torch.permute(a, [2, 0, 1, 3]), [count, torch.mul(layer.heads, layer.head_dim)])

  # [end, kv_heads, head_dim] of one sequence as float32, from its blocks in order.
  def gather_blocks(self: __torch__.Decoder, cache: Tensor, blocks: Tensor, end: int, layer: __torch__.Layer) -> Tensor:
    rows = torch.reshape(torch.permute(torch.index_select(cache, 0, blocks), [0, 2, 1, 3]), [-1, layer.kv_heads, layer.head_dim])
    return torch.to(torch.slice(rows, 0, 0, end), 6)

  # Attention of one query row per sequence over the paged cache, [rows, heads * head_dim].
  # Each block that a row sees is multiplied with the row's query; then the partial softmaxes of a row's blocks are joined
  # (as in flash attention). Nothing is padded to the longest row. Blocks are gathered a few at a time, so that they stay in the
  # processor's cache, and rows that share one may have it.
  # view, of the layer's group: table_G [entries]: the blocks of each row, one row after the other. Of its window: owners_W [entries]:
  # the row; low_W [entries, block]: 0, or low enough to have no mass; places_W [rows * width]: entries of each row; absent_W [rows,
  # width, 1, 1, 1]: 0 or -inf.
  def attend_rows(self: __torch__.Decoder, q: Tensor, positions: Tensor, layer: __torch__.Layer, view: Dict[str, Tensor]) -> Tensor:
    of = torch.add("_", torch.str(layer.window))
    table = view[torch.add("table_", torch.str(layer.group))]
    owners = view[torch.add("owners", of)]
    absent = view[torch.add("absent", of)]
    places = view[torch.add("places", of)]
    held = self.stack[layer.kv_layer]
    rows = torch.size(q, 0)
    entries = torch.size(table, 0)
    group = torch.floordiv(layer.heads, layer.kv_heads)
    mask = (self).spread(view[torch.add("low", of)], layer.kv_heads, group, view, of)
    width = torch.size(absent, 1)
    partials = annotate(List[Tensor], [])
    masses = annotate(List[Tensor], [])
    for start in range(0, entries, self.gathered):
      end = ops.prim.min(torch.add(start, self.gathered), entries)
      batch = torch.mul(torch.sub(end, start), layer.kv_heads)
      some = torch.slice(table, 0, start, end)
      asked = torch.reshape(torch.index_select(q, 0, torch.slice(owners, 0, start, end)), [batch, group, layer.head_dim])
      k = torch.view(torch.index_select(held.keys, 0, some), [batch, self.block, layer.head_dim])
      v = torch.view(torch.index_select(held.values, 0, some), [batch, self.block, layer.head_dim])
      part = torch.slice(mask, 0, torch.mul(start, layer.kv_heads), torch.mul(end, layer.kv_heads))
      if torch.gt(layer.cap, 0.):
        raw = torch.mul(torch.to(torch.bmm(asked, torch.transpose(k, 1, 2)), 6), layer.scale)
        scores = torch.add(torch.mul(torch.tanh(torch.div(raw, layer.cap)), layer.cap), part)
      else:
        scores = torch.to(torch.baddbmm(part, asked, torch.transpose(k, 1, 2), beta=1, alpha=layer.scale), 6)
      p = torch.softmax(scores, -1)
      # The log of the mass of a block: the largest p is exp(best - mass).
      torch.append(masses, torch.sub(torch.amax(scores, [-1], True), torch.log(torch.amax(p, [-1], True))))
      torch.append(partials, torch.to(torch.bmm(torch.to(p, self.dtype), v), 6))
    partial = torch.index_select(torch.view(torch.cat(partials, 0), [entries, layer.kv_heads, group, layer.head_dim]), 0, places)
    sunk = torch.gt(torch.numel(layer.sinks), 0)
    if torch.__or__(torch.gt(width, 1), sunk):
      spread = [rows, width, layer.kv_heads, group, -1]
      mass = torch.index_select(torch.view(torch.cat(masses, 0), [entries, layer.kv_heads, group, 1]), 0, places)
      mass = torch.add(torch.view(mass, spread), absent)
      if sunk:
        sinks = torch.expand(torch.view(layer.sinks, [1, 1, layer.kv_heads, group, 1]), [rows, 1, layer.kv_heads, group, 1])
        mass = torch.cat([mass, sinks], 1)
      # libtorch's softmax over such a dimension rounds differently where a thread's part of the rows ends within a vector.
      shares = torch.exp(torch.sub(mass, torch.amax(mass, [1], True)))
      weight = torch.slice(torch.div(shares, torch.sum(shares, [1], True)), 1, 0, width)
      partial = torch.sum(torch.mul(torch.view(partial, spread), weight), [1])
    return torch.to(torch.reshape(partial, [rows, torch.mul(layer.heads, layer.head_dim)]), self.dtype)

  # The mask of a decode for layers with such heads, [entries * kv_heads, group, block]; made once for all of them.
  def spread(self: __torch__.Decoder, low: Tensor, kv_heads: int, group: int, view: Dict[str, Tensor], of: str) -> Tensor:
    name = torch.add(torch.add(torch.add(torch.add("mask_", torch.str(kv_heads)), "_"), torch.str(group)), of)
    if torch.__not__(torch.__contains__(view, name)):
      mask = torch.expand(torch.view(low, [-1, 1, 1, self.block]), [-1, kv_heads, group, -1])
      torch._set_item(view, name, torch.reshape(mask, [-1, group, self.block]))
    return view[name]

  # What attend_rows takes for layers of a window, 0 for those without; and seen_W: which entries of a table they read.
  def look(self: __torch__.Decoder, view: Dict[str, Tensor], window: int, positions: Tensor, owners: Tensor, starts: Tensor) -> Dict[str, Tensor]:
    own = torch.index_select(positions, 0, owners)
    seen = torch.arange(torch.size(owners, 0), dtype=4, device=positions.device)
    number = torch.sub(seen, torch.index_select(starts, 0, owners))
    first = torch.mul(number, self.block)
    held = torch.add(torch.floor_divide(positions, self.block), 1)
    if torch.gt(window, 0):
      # Blocks of which a row sees a position.
      seen = torch.view(torch.nonzero(torch.gt(torch.add(first, torch.sub(torch.add(self.block, window), 1)), own)), [-1])
      own = torch.index_select(own, 0, seen)
      first = torch.index_select(first, 0, seen)
      owners = torch.index_select(owners, 0, seen)
      held = torch.bincount(owners, None, torch.size(positions, 0))
      starts = torch.sub(torch.cumsum(held, 0), held)
    key = torch.add(torch.unsqueeze(first, 1), torch.unsqueeze(torch.arange(self.block, dtype=4, device=positions.device), 0))
    row = torch.unsqueeze(own, 1)
    valid = torch.le(key, row)
    if torch.gt(window, 0):
      valid = torch.__and__(valid, torch.gt(key, torch.sub(row, window)))
    # [rows, width]: the entries of each row, the last again where it has fewer than the longest.
    held = torch.unsqueeze(held, 1)
    width = int(torch.amax(held))
    steps = torch.unsqueeze(torch.arange(width, dtype=4, device=positions.device), 0)
    of = torch.add("_", torch.str(window))
    torch._set_item(view, torch.add("seen", of), seen)
    torch._set_item(view, torch.add("owners", of), owners)
    torch._set_item(view, torch.add("low", of), torch.to(torch.where(valid, 0., -1e30), self.dtype))
    torch._set_item(view, torch.add("places", of), torch.view(torch.add(torch.unsqueeze(starts, 1), torch.minimum(steps, torch.sub(held, 1))), [-1]))
    torch._set_item(view, torch.add("absent", of), torch.view(torch.where(torch.ge(steps, held), -inf, 0.), [-1, width, 1, 1, 1]))
    return view

  # One token a sequence, all of one lane. lane []: its number; ids, positions, offsets, rotations [rows]; blocks [groups, rows]; table
  # [groups, entries]: the blocks of each row, one row after the other; owners [entries]: the row; starts [rows]: a row's first
  # entry; temperatures [rows] or empty. Gives [rows, 2 + 2 * best] float64: log-sum-exp, log-sum-exp of logits / temperature, then ids and logits of the
  # best.
  def decode(self: __torch__.Decoder, lane: Tensor, ids: Tensor, positions: Tensor, blocks: Tensor, offsets: Tensor, table: Tensor, owners: Tensor, starts: Tensor, slots: Tensor, rotations: Tensor, temperatures: Tensor) -> Tensor:
    rows = torch.size(ids, 0)
    view = annotate(Dict[str, Tensor], {"slots": slots})
    for layer in (self).attending():
      seen = torch.add("seen_", torch.str(layer.window))
      if torch.__not__(torch.__contains__(view, seen)):
        view = (self).look(view, layer.window, positions, owners, starts)
      own = torch.add("table_", torch.str(layer.group))
      if torch.__not__(torch.__contains__(view, own)):
        torch._set_item(view, own, torch.index_select(torch.select(table, 0, layer.group), 0, view[seen]))
    logits = (self).head((self).layers(ids, positions, rotations, blocks, offsets, view, torch.len(self.stack)))
    self.logits[int(lane)] = logits
    # A few rows at a time: what they need in between stays in the cache of the processor.
    found = annotate(List[Tensor], [])
    for start in range(0, rows, 8):
      end = torch.add(start, 8)
      torch.append(found, (self).candidates(torch.to(torch.slice(logits, 0, start, end), 6), torch.slice(temperatures, 0, start, end)))
    return torch.cat(found, 0)

  # Of some rows of the last decode, log-sum-exps of logits / temperature. rows, temperatures [count] -> [count] float64.
  def scaled_log_sum_exps(self: __torch__.Decoder, lane: Tensor, rows: Tensor, temperatures: Tensor) -> Tensor:
    found = annotate(List[Tensor], [])
    for start in range(0, torch.size(rows, 0), 8):
      end = torch.add(start, 8)
      logits = torch.to(torch.index_select(self.logits[int(lane)], 0, torch.slice(rows, 0, start, end)), 6)
      groups = torch.view(logits, [torch.size(logits, 0), -1, 64])
      torch.append(found, (self).scaled_log_sum_exp(groups, torch.amax(groups, [-1]), torch.slice(temperatures, 0, start, end)))
    return torch.view(torch.cat(found, 0), [-1])

  # The best of a row lie in the groups of 64 with the best maxima, so only those are searched. Sums go group by group,
  # so that a row's sum does not depend on how many rows there are.
  def candidates(self: __torch__.Decoder, logits: Tensor, temperatures: Tensor) -> Tensor:
    rows = torch.size(logits, 0)
    groups = torch.view(logits, [rows, -1, 64])
    maxima = torch.amax(groups, [-1])
    searched = ops.prim.min(self.best, torch.size(groups, 1))
    _0, chosen, = torch.topk(maxima, searched, -1, True, True)
    spread = torch.expand(torch.unsqueeze(chosen, -1), [rows, searched, 64])
    near = torch.reshape(torch.gather(groups, 1, spread), [rows, -1])
    best, at, = torch.topk(near, ops.prim.min(self.best, torch.size(near, 1)), -1, True, True)
    ids = torch.add(torch.mul(torch.gather(chosen, 1, torch.floor_divide(at, 64)), 64), torch.remainder(at, 64))
    total = (self).log_sum_exp(groups, maxima)
    scaled = total
    if torch.gt(torch.numel(temperatures), 0):
      scaled = (self).scaled_log_sum_exp(groups, maxima, temperatures)
    return torch.cat([total, scaled, torch.to(ids, 7), torch.to(best, 7)], 1)

  def scaled_log_sum_exp(self: __torch__.Decoder, groups: Tensor, maxima: Tensor, temperatures: Tensor) -> Tensor:
    return (self).log_sum_exp(torch.div(groups, torch.view(temperatures, [-1, 1, 1])), torch.div(maxima, torch.view(temperatures, [-1, 1])))

  # groups [rows, groups, 64], maxima [rows, groups] -> [rows, 1] float64.
  def log_sum_exp(self: __torch__.Decoder, groups: Tensor, maxima: Tensor) -> Tensor:
    top = torch.amax(maxima, [-1], True)
    sums = torch.sum(torch.exp_(torch.sub(groups, torch.unsqueeze(top, -1))), [-1])
    return torch.add(torch.log(torch.sum(sums, [-1], True, dtype=7)), top)
