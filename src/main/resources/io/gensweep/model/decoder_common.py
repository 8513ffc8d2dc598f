  # A rotary table [positions, 1, width] of cosines, and one of sines, computed in float32 by the operations that HF uses
  # (modeling_rope_utils), so that the angles agree to the last bit. inverse: the frequencies, one for each two elements that are
  # rotated; scale: factor of cosines and sines.
  def table(self: __torch__.Decoder, positions: int, inverse: Tensor, scale: float) -> List[Tensor]:
    angles = torch.outer(torch.to(torch.arange(positions, dtype=4, device=inverse.device), 6), inverse)
    # The sine of the first half is negated here, so that rotate_half needs no negation at each step.
    sine = torch.mul(torch.sin(angles), scale)
    cosine = torch.mul(torch.cos(angles), scale)
    cosines = torch.to(torch.unsqueeze(torch.cat([cosine, cosine], -1), 1), self.dtype)
    return [cosines, torch.to(torch.unsqueeze(torch.cat([torch.neg(sine), sine], -1), 1), self.dtype)]

  def add_table(self: __torch__.Decoder, tables: List[Tensor]) -> int:
    torch.append(self.rope, tables[0])
    torch.append(self.rope, tables[1])
    return torch.len(self.rope)

  # Positions in a radian of each rotation, before any scaling. width: values of a head that are rotated.
  def powers(self: __torch__.Decoder, theta: float, width: int) -> Tensor:
    exponents = torch.div(torch.to(torch.arange(0, width, 2, dtype=4, device=(self).device()), 6), width)
    return torch.pow(theta, exponents)

  def frequencies(self: __torch__.Decoder, theta: float, width: int) -> Tensor:
    return torch.reciprocal((self).powers(theta, width))

  # Adds a table by one of HF's types of scaling; scaling: the type's parameters.
  def add_rope_default(self: __torch__.Decoder, positions: int, theta: float, width: int, scaling: List[float]) -> int:
    return (self).add_table((self).table(positions, (self).frequencies(theta, width), 1.))

  # scaling: factor.
  def add_rope_linear(self: __torch__.Decoder, positions: int, theta: float, width: int, scaling: List[float]) -> int:
    return (self).add_table((self).table(positions, torch.div((self).frequencies(theta, width), scaling[0]), 1.))

  # scaling: factor, the low and the high frequency's factor, positions of the pre-training.
  def add_rope_llama3(self: __torch__.Decoder, positions: int, theta: float, width: int, scaling: List[float]) -> int:
    factor = scaling[0]
    low = scaling[1]
    high = scaling[2]
    original = scaling[3]
    inverse = (self).frequencies(theta, width)
    wavelength = torch.div(torch.mul(torch.reciprocal(inverse), 6.283185307179586), 1.0)
    slow = torch.where(torch.gt(wavelength, torch.div(original, low)), torch.div(inverse, factor), inverse)
    smooth = torch.div(torch.sub(torch.mul(torch.reciprocal(wavelength), original), low), torch.sub(high, low))
    blend = torch.add(torch.div(torch.mul(torch.rsub(smooth, 1.0), slow), factor), torch.mul(smooth, slow))
    medium = torch.__and__(torch.ge(wavelength, torch.div(original, high)), torch.le(wavelength, torch.div(original, low)))
    return (self).add_table((self).table(positions, torch.where(medium, blend, slow), 1.))

  # scaling: factor, the first and the last frequency of those between, factor of cosines and sines.
  def add_rope_yarn(self: __torch__.Decoder, positions: int, theta: float, width: int, scaling: List[float]) -> int:
    half = torch.floordiv(width, 2)
    powers = (self).powers(theta, width)
    kept = torch.reciprocal(powers)
    stretched = torch.reciprocal(torch.mul(powers, scaling[0]))
    number = torch.to(torch.arange(half, dtype=4, device=self.ends[0].device), 6)
    ramp = torch.clamp(torch.div(torch.sub(number, scaling[1]), torch.sub(scaling[2], scaling[1])), 0, 1)
    share = torch.rsub(ramp, 1)
    inverse = torch.add(torch.mul(stretched, torch.rsub(share, 1)), torch.mul(kept, share))
    return (self).add_table((self).table(positions, inverse, scaling[3]))

  # scaling: factor of cosines and sines, then factors of frequencies for short sequences, then for long ones. The rows of the
  # table for long ones follow those for short ones.
  def add_rope_longrope(self: __torch__.Decoder, positions: int, theta: float, width: int, scaling: List[float]) -> int:
    half = torch.floordiv(width, 2)
    powers = (self).powers(theta, width)
    factors = torch.tensor(scaling, dtype=6, device=self.ends[0].device)
    short = (self).table(positions, torch.reciprocal(torch.mul(torch.slice(factors, 0, 1, torch.add(half, 1)), powers)), scaling[0])
    long = (self).table(positions, torch.reciprocal(torch.mul(torch.slice(factors, 0, torch.add(half, 1)), powers)), scaling[0])
    return (self).add_table([torch.cat([short[0], long[0]], 0), torch.cat([short[1], long[1]], 0)])

  # scaling: factor, frequencies that are not zero.
  def add_rope_proportional(self: __torch__.Decoder, positions: int, theta: float, width: int, scaling: List[float]) -> int:
    inverse = (self).frequencies(theta, width)
    _0 = torch.fill_(torch.slice(inverse, 0, int(scaling[1])), 0)
    return (self).add_table((self).table(positions, torch.div(inverse, scaling[0]), 1.))

  # A tensor of the checkpoint in the model's type. bfloat16 comes as the bytes of its rows, since DJL has no such type.
  def weight(self: __torch__.Decoder, stored: Tensor) -> Tensor:
    return torch.to((self).as_stored(stored), self.dtype)

  def as_stored(self: __torch__.Decoder, stored: Tensor) -> Tensor:
    if torch.eq(stored.dtype, 0):
      return torch.view_copy(stored, 15)
    return stored

  # A tensor by its name in the model's type; one without elements where there is none.
  def optional(self: __torch__.Decoder, w: Dict[str, Tensor], name: str) -> Tensor:
    if torch.__contains__(w, name):
      return torch.clone((self).weight(w[name]))
    return torch.empty([0], dtype=self.dtype, device=(self).device())

  def device(self: __torch__.Decoder) -> Device:
    return self.ends[0].device
