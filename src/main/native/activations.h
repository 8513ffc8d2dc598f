// Functions of registers of floats, within 6e-7 of the right value or of its size.
#pragma once
#include "vector.h"

ALWAYS_INLINE floats silu(floats x) { return x / (exp_of(-x) + 1); }

ALWAYS_INLINE floats sigmoid(floats x) { return 1 / (exp_of(-x) + 1); }

ALWAYS_INLINE floats lesser(floats a, floats b) { return -greater(-a, -b); }

// 1 - 2 / (e^2x + 1), and where |x| < 0.625 a polynomial (coefficients: Cephes, tanhf).
ALWAYS_INLINE floats tanh_of(floats x) {
  // From 20 on it is 1, and e^2x stays finite.
  floats far = 1 - 2 / (exp_of(2 * lesser(x, broadcast(20))) + 1);
  floats z = x * x, p = broadcast(-5.70498872745e-3f);
  p = fused(p, z, broadcast(2.06390887954e-2f));
  p = fused(p, z, broadcast(-5.37397155531e-2f));
  p = fused(p, z, broadcast(1.33314422036e-1f));
  p = fused(p, z, broadcast(-3.33332819422e-1f));
  return chosen(less(magnitude(x), broadcast(0.625f)), fused(p * z, x, x), far);
}

// The error function: Abramowitz and Stegun 7.1.26.
ALWAYS_INLINE floats erf_of(floats x) {
  floats t = 1 / fused(magnitude(x), broadcast(0.3275911f), broadcast(1));
  floats p = broadcast(1.061405429f);
  p = fused(p, t, broadcast(-1.453152027f));
  p = fused(p, t, broadcast(1.421413741f));
  p = fused(p, t, broadcast(-0.284496736f));
  p = fused(p, t, broadcast(0.254829592f));
  floats y = 1 - p * t * exp_of(-(x * x));
  return chosen(less(x, broadcast(0)), -y, y);
}

// cap * tanh(x / cap), rounded as the program of libtorch's operations rounds.
ALWAYS_INLINE floats capped(floats x, float cap, enum type type) {
  return rounded(tanh_of(rounded(x / cap, type)), type) * cap;
}

ALWAYS_INLINE floats gelu(floats x) { return x * 0.5f * (erf_of(x * 0.70710678f) + 1); }

ALWAYS_INLINE floats gelu_tanh(floats x) {
  floats inner = fused(x * x * x, broadcast(0.044715f), x) * 0.79788456f;
  return x * 0.5f * (tanh_of(inner) + 1);
}

// above * x^2 + x / 2 where x > 0, else below * (e^x - 1 - x) + x / 2, the exponent just below 0 at most.
ALWAYS_INLINE floats xielu(floats x, float above, float below) {
  floats half = x * 0.5f, bent = exp_of(lesser(x, broadcast(-1e-6f))) - 1 - x;
  return chosen(less(broadcast(0), x), x * x * above + half, bent * below + half);
}

ALWAYS_INLINE floats relu_squared(floats x) {
  floats positive = greater(x, broadcast(0));
  return positive * positive;
}

ALWAYS_INLINE floats activated(const struct activation* a, floats x) {
  switch (a->kind) {
    case GELU: return gelu(x);
    case GELU_TANH: return gelu_tanh(x);
    case RELU_SQUARED: return relu_squared(x);
    case XIELU: return xielu(x, a->numbers[0], a->numbers[1]);
    default: return silu(x);
  }
}

// An activated gate times what it opens.
ALWAYS_INLINE floats gated(const struct activation* a, floats gate, floats other, enum type type) {
  if (a->kind != CLAMPED_SWIGLU) {
    return rounded(activated(a, gate), type) * other;
  }
  floats most = broadcast(a->numbers[1]), low = lesser(gate, most), up = greater(lesser(other, most), -most);
  return rounded(up + 1, type) * rounded(low * sigmoid(low * a->numbers[0]), type);
}
