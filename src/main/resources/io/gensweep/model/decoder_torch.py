  # Keeps a weight [out, in] in the layout that its product wants.
  def keep(self: __torch__.Decoder, weight: Tensor, bias: Tensor) -> int:
    none = torch.empty([0], dtype=6)
    w = torch.contiguous(torch.to(weight, self.dtype))
    if torch.gt(self.levels, 0):
      scale = (self).channel_scale(w)
      w = ops.onednn.qlinear_prepack((self).quantised(w, scale), None)
      torch.append(self.scales, torch.view(scale, [-1]))
      torch.append(self.zero_points, torch.zeros([torch.size(scale, 0)], dtype=4))
    else:
      torch.append(self.scales, none)
      torch.append(self.zero_points, none)
      if self.packed:
        w = ops.mkldnn._reorder_linear_weight(w, 64)
      else:
        # A weight may lie in the mapped checkpoint.
        w = torch.clone(w)
    torch.append(self.weights, w)
    torch.append(self.biases, torch.clone(torch.to(bias, self.dtype)))
    return torch.len(self.weights)

  # Nothing is held outside of libtorch's tensors.
  def begin(self: __torch__.Decoder) -> int:
    return 0

  def end(self: __torch__.Decoder) -> int:
    return 0

  # gate, up, down, and their biases.
  def keep_mlp(self: __torch__.Decoder, w: List[Tensor], b: List[Tensor]) -> int:
    _0 = (self).keep(w[0], b[0])
    _1 = (self).keep(w[1], b[1])
    return (self).keep(w[2], b[2])

  # Sets product_rows to the largest of these counts within which a row of a product has the same bits for every number of
  # rows on this processor, shown on the first layer and the head. oneDNN chooses its kernels by shape and instruction
  # set: 256 rows share their bits with AVX-512, and 64 with AVX2.
  def set_product_rows(self: __torch__.Decoder, counts: List[int]) -> int:
    self.product_rows = 1
    for count in counts:
      same = True
      inputs = (self).sample_inputs(count)
      for i in range(5):
        same = torch.__and__(same, (self).rows_agree(inputs[i], [0, 1, 2, 3, 5][i]))
      if same:
        self.product_rows = ops.prim.max(self.product_rows, count)
    return self.product_rows

  # Some rows as the head, q/k/v, the output, gate and the second product of the MLP may meet them.
  def sample_inputs(self: __torch__.Decoder, rows: int) -> List[Tensor]:
    x = torch.sin(torch.mul(torch.arange(torch.mul(rows, torch.size(self.ends[0], 1)), dtype=6, device=self.ends[0].device), 0.7))
    x = torch.to(torch.view(x, [rows, -1]), self.dtype)
    q = torch.contiguous(torch.slice((self).product((self).ready(x), 1, "none", x), 1, 0, torch.mul(self.heads, self.head_dim)))
    y = (self).product((self).ready(x), 3, "none", x)
    return [x, x, q, x, y]

  # Whether the rows of x have the same bits in products of fewer rows.
  def rows_agree(self: __torch__.Decoder, x: Tensor, at: int) -> bool:
    whole = (self).product((self).ready(x), at, "none", x)
    same = True
    for count in [1, 2, 3, 7, 16, 33, 63, 64, 65, 128, 129, 255]:
      if torch.lt(count, torch.size(x, 0)):
        part = (self).product((self).ready(torch.slice(x, 0, 0, count)), at, "none", x)
        same = torch.__and__(same, torch.equal(part, torch.slice(whole, 0, 0, count)))
    return same

  # The products that set_product_rows looks at, one after the other: bits to compare between threads.
  def sample_products(self: __torch__.Decoder, rows: int) -> Tensor:
    inputs = (self).sample_inputs(rows)
    found = annotate(List[Tensor], [])
    for i in range(5):
      y = (self).product((self).ready(inputs[i]), [0, 1, 2, 3, 5][i], "none", inputs[i])
      torch.append(found, torch.view(torch.to(y, 6), [-1]))
    return torch.cat(found, 0)

  # What a product takes of x [rows, in]: x itself, or in int8 whole numbers and the step between them, one [rows, 1] for each
  # row, so that a row's numbers do not depend on the batch (dynamic, symmetric, per token).
  def ready(self: __torch__.Decoder, x: Tensor) -> List[Tensor]:
    if torch.gt(self.levels, 0):
      step = torch.div(torch.clamp_min(torch.amax(torch.abs(x), [-1], True), 1e-30), self.levels)
      # Unsigned, and the conversion cuts off: the half makes it round.
      shifted = torch.add_(torch.mul(x, torch.reciprocal(step)), torch.add(self.levels, 1.5))
      return [torch.to(shifted, 0), step]
    return [x]

  # x [rows, in], ready -> [rows, out]; then "swish" of it, or it "mul" or "add" other [rows, out]. In packed float32 that is part
  # of the product. In bfloat16 it is not: HF rounds after each operation, and so do we.
  # At most product_rows rows a product: within that, a row's bits do not depend on the others.
  def linear(self: __torch__.Decoder, x: List[Tensor], at: int, after: str, other: Tensor) -> Tensor:
    rows = torch.size(x[0], 0)
    if torch.__or__(torch.__not__(self.packed), torch.le(rows, self.product_rows)):
      y = (self).product(x, at, after, other)
    else:
      pieces = annotate(List[Tensor], [])
      for start in range(0, rows, self.product_rows):
        end = torch.add(start, self.product_rows)
        part = [torch.slice(t, 0, start, end) for t in x]
        torch.append(pieces, (self).product(part, at, after, torch.slice(other, 0, start, end)))
      y = torch.cat(pieces, 0)
    return y

  def product(self: __torch__.Decoder, x: List[Tensor], at: int, after: str, other: Tensor) -> Tensor:
    some_bias = annotate(Optional[Tensor], None)
    if torch.gt(torch.numel(self.biases[at]), 0):
      some_bias = self.biases[at]
    left = after
    if torch.gt(self.levels, 0):
      # Sums of products are whole numbers, so they are exact in any order.
      none = annotate(List[Optional[number]], [])
      y = ops.onednn.qlinear_pointwise(x[0], 1., torch.add(self.levels, 1), self.weights[at], self.scales[at], self.zero_points[at], None, 1., 0, 6, "none", none, "")
      y = torch.mul_(y, x[1])
      if torch.gt(torch.numel(self.biases[at]), 0):
        y = torch.add_(y, self.biases[at])
    else:
      if self.packed:
        fused = "none"
        if torch.eq(self.dtype, 6):
          fused = after
          left = "none"
        binary = torch.__or__(torch.eq(fused, "mul"), torch.eq(fused, "add"))
        if binary:
          y = ops.mkldnn._linear_pointwise(x[0], other, self.weights[at], some_bias, fused)
        else:
          y = ops.mkldnn._linear_pointwise(x[0], self.weights[at], some_bias, fused, annotate(List[Optional[number]], []), "")
      else:
        y = torch.linear(x[0], self.weights[at], some_bias)
    if torch.eq(left, "swish"):
      y = (self).silu(y)
    if torch.eq(left, "mul"):
      y = torch.mul(y, other)
    if torch.eq(left, "add"):
      y = torch.add(y, other)
    return y

  # x / (1 + exp(-x)). In float32 libtorch's own silu rounds differently where a thread's part of the rows ends within a vector,
  # and where that is depends on their number; its exp does not. In bfloat16 silu has the same bits either way.
  def silu(self: __torch__.Decoder, x: Tensor) -> Tensor:
    if torch.eq(self.levels, 0):
      return torch.silu(x)
    return torch.div(x, torch.add_(torch.exp_(torch.neg(x)), 1))

  # Root mean square norm, in float32 as HF does, rounded to the model's type before the weight.
  def norm(self: __torch__.Decoder, x: Tensor, weight: Tensor) -> Tensor:
    f = torch.to(x, 6)
    length = torch.linalg_vector_norm(f, 2, [-1], True)
    scale = torch.rsqrt(torch.add(torch.div(torch.mul(length, length), torch.size(x, 1)), self.eps))
    return torch.mul(torch.to(torch.mul(f, scale), self.dtype), weight)

  # x [tokens, heads, head_dim], cos and sin [tokens, 1, head_dim].
  def rotate(self: __torch__.Decoder, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = torch.floordiv(self.head_dim, 2)
    swapped = torch.cat([torch.slice(x, -1, half), torch.slice(x, -1, 0, half)], -1)
    return torch.add(torch.mul(x, cos), torch.mul(swapped, sin))

  def mlp(self: __torch__.Decoder, x: Tensor, layer: int) -> Tensor:
    y = (self).norm(x, self.mlp_norm[layer])
    at = torch.add(torch.mul(layer, 5), 3)
    same = (self).ready(y)
    gate = (self).linear(same, at, "swish", y)
    both = (self).linear(same, torch.add(at, 1), "mul", gate)
    return (self).linear((self).ready(both), torch.add(at, 2), "add", x)

  # [tokens, hidden] of the tokens after the first `depth` layers. K and V of the layer after those are stored too, and it needs no
  # more where nothing meets its output. ids, positions, blocks, offsets [tokens]: the token, its position, the block and the row in
  # it that keep its K and V. view: what the tokens attend to, spans of prompts (attend_spans) or rows of a decode (attend_rows).
  def layers(self: __torch__.Decoder, ids: Tensor, positions: Tensor, blocks: Tensor, offsets: Tensor, view: Dict[str, Tensor], depth: int) -> Tensor:
    x = torch.embedding(self.ends[0], ids)
    cos = torch.index_select(self.rope[0], 0, positions)
    sin = torch.index_select(self.rope[1], 0, positions)
    rotated = torch.add(self.heads, self.kv_heads)
    where = annotate(List[Optional[Tensor]], [blocks, None, offsets])
    for layer in range(torch.len(self.mlp_norm)):
      qkv = (self).linear((self).ready((self).norm(x, self.attention_norm[layer])), torch.add(torch.mul(layer, 5), 1), "none", x)
      qkv = torch.view(qkv, [torch.size(ids, 0), torch.add(rotated, self.kv_heads), self.head_dim])
      qk = (self).rotate(torch.slice(qkv, 1, 0, rotated), cos, sin)
      v = torch.slice(qkv, 1, rotated)
      _0 = torch.index_put_(self.keys[layer], where, torch.slice(qk, 1, self.heads))
      _1 = torch.index_put_(self.values[layer], where, v)
      if torch.lt(layer, depth):
        if torch.__contains__(view, "spans"):
          attended = (self).attend_spans(qk, v, layer, positions, view)
        else:
          attended = (self).attend_rows(torch.slice(qk, 1, 0, self.heads), layer, view)
        x = (self).linear((self).ready(attended), torch.add(torch.mul(layer, 5), 2), "add", x)
        x = (self).mlp(x, layer)
    return x

  # Attention of spans of prompts over their own tokens and those before them, [tokens, heads * head_dim].
  # view: spans [sequences, 4] of (first token in the batch, tokens, position of the first, first entry in table); table: block numbers.
  def attend_spans(self: __torch__.Decoder, qk: Tensor, v: Tensor, layer: int, positions: Tensor, view: Dict[str, Tensor]) -> Tensor:
    spans = view["spans"]
    # In float32: libtorch's kernel is no slower in it than in bfloat16, and nearer to HF's.
    f = torch.to(qk, 6)
    values = torch.to(v, 6)
    attended = annotate(List[Tensor], [])
    for i in range(torch.size(spans, 0)):
      first = int(torch.select(torch.select(spans, 0, i), 0, 0))
      count = int(torch.select(torch.select(spans, 0, i), 0, 1))
      start = int(torch.select(torch.select(spans, 0, i), 0, 2))
      entry = int(torch.select(torch.select(spans, 0, i), 0, 3))
      span = torch.narrow(f, 0, first, count)
      q = torch.reshape(torch.slice(span, 1, 0, self.heads), [count, self.kv_heads, -1, self.head_dim])
      q = torch.permute(q, [1, 2, 0, 3])
      if torch.eq(start, 0):
        a = (self).attend_span(q, torch.slice(span, 1, self.heads), torch.narrow(values, 0, first, count), annotate(Optional[Tensor], None))
      else:
        end = torch.add(start, count)
        held = torch.floordiv(torch.sub(torch.add(end, self.block), 1), self.block)
        mine = torch.narrow(view["table"], 0, entry, held)
        past = torch.le(torch.unsqueeze(torch.arange(end, dtype=4, device=positions.device), 0), torch.unsqueeze(torch.narrow(positions, 0, first, count), 1))
        a = (self).attend_span(q, (self).gather_blocks(self.keys[layer], mine, end), (self).gather_blocks(self.values[layer], mine, end), past)
      torch.append(attended, a)
    return torch.to(torch.cat(attended, 0), self.dtype)

  # Fills the KV cache and gives no logits: the last layer's output meets no later layer and no vocabulary.
  def prefill(self: __torch__.Decoder, ids: Tensor, positions: Tensor, blocks: Tensor, offsets: Tensor, table: Tensor, spans: Tensor) -> Tensor:
    _0 = (self).layers(ids, positions, blocks, offsets, {"spans": spans, "table": table}, torch.sub(torch.len(self.mlp_norm), 1))
    return ids

  # As prefill, and looks up what follows some of the tokens. asked, targets [rows]: the token in the batch, and the id after it.
  # Gives [rows, 3] float64: log-sum-exp of the logits, the target's logit, 1 where the target is the (first) best, else 0.
  # At most product_rows rows meet the vocabulary at a time, so memory does not grow with the prompts.
  def score(self: __torch__.Decoder, ids: Tensor, positions: Tensor, blocks: Tensor, offsets: Tensor, table: Tensor, spans: Tensor, asked: Tensor, targets: Tensor) -> Tensor:
    x = (self).layers(ids, positions, blocks, offsets, {"spans": spans, "table": table}, torch.len(self.mlp_norm))
    x = (self).norm(torch.index_select(x, 0, asked), self.ends[1])
    found = annotate(List[Tensor], [])
    start = 0
    for i in range(torch.floordiv(torch.sub(torch.add(torch.size(x, 0), self.product_rows), 1), self.product_rows)):
      end = torch.add(start, self.product_rows)
      logits = torch.to((self).linear((self).ready(torch.slice(x, 0, start, end)), 0, "none", x), 6)
      if torch.gt(torch.size(logits, 1), self.vocab):
        _0 = torch.fill_(torch.slice(logits, 1, self.vocab), -inf)
      groups = torch.view(logits, [torch.size(logits, 0), -1, 64])
      total = (self).log_sum_exp(groups, torch.amax(groups, [-1]))
      target = torch.unsqueeze(torch.slice(targets, 0, start, end), 1)
      best = torch.eq(torch.argmax(logits, -1, True), target)
      torch.append(found, torch.cat([total, torch.to(torch.gather(logits, 1, target), 7), torch.to(best, 7)], 1))
      start = end
    return torch.cat(found, 0)

  # Attention of one span, [count, heads * head_dim]. q [kv_heads, group, count, head_dim]; k, v [end, kv_heads, head_dim]; past
  # [count, end], or none where the span is the beginning. The heads of a group see K and V as one view: with enable_gqa
  # libtorch would copy them for each.
  # Of fewer than 32 queries libtorch's threads keep what they have in common in buffers of that many rows, one after the
  # other; where those do not begin at multiples of 64 bytes, bits depend on which thread took a head. So they get up to 16 or 32.
  def attend_span(self: __torch__.Decoder, q: Tensor, k: Tensor, v: Tensor, past: Optional[Tensor]) -> Tensor:
    count = torch.size(q, 2)
    missing = 0
    if torch.lt(count, 32):
      missing = torch.remainder(torch.neg(count), 16)
    some = past
    if torch.gt(missing, 0):
      q = torch.constant_pad_nd(q, [0, 0, 0, missing], 0)
      if torch.__isnot__(past, None):
        some = torch.constant_pad_nd(unchecked_cast(Tensor, past), [0, 0, 0, missing], 1)
    shared = [-1, torch.size(q, 1), -1, -1]
    ks = torch.expand(torch.unsqueeze(torch.transpose(k, 0, 1), 1), shared)
    vs = torch.expand(torch.unsqueeze(torch.transpose(v, 0, 1), 1), shared)
    a = torch.scaled_dot_product_attention(q, ks, vs, some, 0., torch.__is__(past, None), scale=self.scale, enable_gqa=False)
    return torch.reshape(torch.permute(torch.slice(a, 2, 0, count), [2, 0, 1, 3]), [count, torch.mul(self.heads, self.head_dim)])

  # [end, kv_heads, head_dim] of one sequence as float32, from its blocks in order.
  def gather_blocks(self: __torch__.Decoder, cache: Tensor, blocks: Tensor, end: int) -> Tensor:
    rows = torch.reshape(torch.permute(torch.index_select(cache, 0, blocks), [0, 2, 1, 3]), [-1, self.kv_heads, self.head_dim])
    return torch.to(torch.slice(rows, 0, 0, end), 6)

  # Attention of one query row per sequence over the paged cache, [rows, heads * head_dim].
  # Each block that a row sees is multiplied with the row's query; then the partial softmaxes of a row's blocks are joined
  # (as in flash attention). Nothing is padded to the longest row. Blocks are gathered a few at a time, so that they stay in the
  # processor's cache, and rows that share one may have it.
  # view: table [entries]: the blocks of each row, one row after the other; owners [entries]: the row; mask [entries * kv_heads, group,
  # block]: 0, or low enough to have no mass; places [rows * width]: entries of each row; absent [rows, width, 1, 1, 1]: 0 or -inf.
  def attend_rows(self: __torch__.Decoder, q: Tensor, layer: int, view: Dict[str, Tensor]) -> Tensor:
    table = view["table"]
    owners = view["owners"]
    mask = view["mask"]
    absent = view["absent"]
    rows = torch.size(q, 0)
    entries = torch.size(table, 0)
    group = torch.floordiv(self.heads, self.kv_heads)
    width = torch.size(absent, 1)
    partials = annotate(List[Tensor], [])
    masses = annotate(List[Tensor], [])
    for start in range(0, entries, self.gathered):
      end = ops.prim.min(torch.add(start, self.gathered), entries)
      batch = torch.mul(torch.sub(end, start), self.kv_heads)
      some = torch.slice(table, 0, start, end)
      asked = torch.reshape(torch.index_select(q, 0, torch.slice(owners, 0, start, end)), [batch, group, self.head_dim])
      k = torch.view(torch.index_select(self.keys[layer], 0, some), [batch, self.block, self.head_dim])
      v = torch.view(torch.index_select(self.values[layer], 0, some), [batch, self.block, self.head_dim])
      part = torch.slice(mask, 0, torch.mul(start, self.kv_heads), torch.mul(end, self.kv_heads))
      scores = torch.to(torch.baddbmm(part, asked, torch.transpose(k, 1, 2), beta=1, alpha=self.scale), 6)
      p = torch.softmax(scores, -1)
      # The log of the mass of a block: the largest p is exp(best - mass).
      torch.append(masses, torch.sub(torch.amax(scores, [-1], True), torch.log(torch.amax(p, [-1], True))))
      torch.append(partials, torch.to(torch.bmm(torch.to(p, self.dtype), v), 6))
    partial = torch.index_select(torch.view(torch.cat(partials, 0), [entries, self.kv_heads, group, self.head_dim]), 0, view["places"])
    if torch.gt(width, 1):
      spread = [rows, width, self.kv_heads, group, -1]
      mass = torch.index_select(torch.view(torch.cat(masses, 0), [entries, self.kv_heads, group, 1]), 0, view["places"])
      weight = torch.softmax(torch.add(torch.view(mass, spread), absent), 1)
      partial = torch.sum(torch.mul(torch.view(partial, spread), weight), [1])
    return torch.to(torch.reshape(partial, [rows, torch.mul(self.heads, self.head_dim)]), self.dtype)

  # One token a sequence, all of one lane. lane []: its number; ids, positions, blocks, offsets [rows]; table [entries]: the blocks
  # of each row, one row after the other; owners [entries]: the row; starts [rows]: a row's first entry; temperatures [rows] or empty.
  # Gives [rows, 2 + 2 * best] float64: log-sum-exp, log-sum-exp of logits / temperature, then ids and logits of the best.
  def decode(self: __torch__.Decoder, lane: Tensor, ids: Tensor, positions: Tensor, blocks: Tensor, offsets: Tensor, table: Tensor, owners: Tensor, starts: Tensor, temperatures: Tensor) -> Tensor:
    rows = torch.size(ids, 0)
    # Positions of a row that an entry has: all of its block, but for the last.
    first = torch.mul(torch.sub(torch.arange(torch.size(table, 0), dtype=4, device=ids.device), torch.index_select(starts, 0, owners)), self.block)
    filled = torch.sub(torch.add(torch.index_select(positions, 0, owners), 1), first)
    valid = torch.lt(torch.unsqueeze(torch.arange(self.block, dtype=4, device=ids.device), 0), torch.unsqueeze(filled, 1))
    low = torch.to(torch.where(valid, 0., -1e30), self.dtype)
    group = torch.floordiv(self.heads, self.kv_heads)
    mask = torch.reshape(torch.expand(torch.view(low, [-1, 1, 1, self.block]), [-1, self.kv_heads, group, -1]), [-1, group, self.block])
    # [rows, width]: the entries of each row, the last again where it has fewer than the longest.
    held = torch.unsqueeze(torch.add(torch.floor_divide(positions, self.block), 1), 1)
    width = int(torch.amax(held))
    steps = torch.unsqueeze(torch.arange(width, dtype=4, device=ids.device), 0)
    places = torch.view(torch.add(torch.unsqueeze(starts, 1), torch.minimum(steps, torch.sub(held, 1))), [-1])
    absent = torch.view(torch.where(torch.ge(steps, held), -inf, 0.), [rows, width, 1, 1, 1])
    view = {"table": table, "owners": owners, "mask": mask, "places": places, "absent": absent}
    x = (self).layers(ids, positions, blocks, offsets, view, torch.len(self.mlp_norm))
    logits = (self).linear((self).ready((self).norm(x, self.ends[1])), 0, "none", x)
    if torch.gt(torch.size(logits, 1), self.vocab):
      _2 = torch.fill_(torch.slice(logits, 1, self.vocab), -inf)
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
