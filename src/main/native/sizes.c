// How much memory the kernels take: arithmetic for every processor.
#include "kernels.h"

int64_t packed_bytes(int64_t outputs, int64_t inputs, enum type type) {
  return round_up(outputs, PANEL) / PANEL * panel_bytes(inputs, type);
}

int64_t attention_floats(int64_t longest, int64_t head_dim) {
  return round_up(MOST_TILE_ROWS * (padded(longest) + head_dim), LANES);
}
