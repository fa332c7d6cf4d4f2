// Attention of one token a sequence, as a step of decoding has it, on rows in memory: no tensors are
// made and no barrier is waited at. Results are those of packed_attention.h and feature_attention.h.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "roformer/attention/linear_tasks.h"
#include "roformer/attention/recurrent_step_kernel.h"
#include "roformer/attention/span.h"
#include "roformer/base/helpers.h"

namespace roformer::attention {

/// Queries, keys and values of the tokens, and their answers. Rows of q, k and v are `stride` floats
/// apart, those of `out` heads × head_size.
struct TokenRows {
  const float* q = nullptr;
  const float* k = nullptr;
  const float* v = nullptr;
  std::int64_t stride = 0;
  float* out = nullptr;
  std::int64_t heads = 0, head_size = 0;

  std::int64_t width() const { return heads * head_size; }
};

/// The helpers, and memory that lasts from step to step.
struct TokenWork {
  base::Helpers* helpers = nullptr;
  std::vector<float> scratch = {};
};

/// Keys and values that queries look at, rows of heads × head_size that are `stride` floats apart.
struct SeenRows {
  const float* keys = nullptr;
  const float* values = nullptr;
  std::int64_t stride = 0;
};

/// Softmax attention of rows.q alone: spans' queries are rows of it, their keys those of `seen`; a
/// span without keys gives zeros.
void token_attention(const TokenRows& rows, const SeenRows& seen, const std::vector<Span>& spans,
                     double scale, TokenWork& work);

/// The angles of a row, (F / 2) each; null: nothing rotates.
struct TokenAngles {
  const float* cos = nullptr;
  const float* sin = nullptr;
};

/// Linear attention: row b is the next token of sequence b, whose sums take it in. `step` has no
/// angles; `angles` are those of the features, one a row, or none.
void token_linear_attention(const TokenRows& rows, const RecurrentStep& step,
                            std::span<const TokenAngles> angles, RecurrentLayer& state,
                            TokenWork& work);

}  // namespace roformer::attention
