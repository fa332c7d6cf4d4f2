#include "roformer/attention/token_attention.h"

#include <algorithm>

#include "roformer/attention/few_queries_kernel.h"
#include "roformer/base/cpu_isa.h"

namespace roformer::attention {
namespace {

// Keys and values of fewer bytes are not worth a second thread.
constexpr std::int64_t kBytesToShare = 1 << 15;

// `needed` floats, which begin at a cache line.
float* scratch_of(TokenWork& work, std::int64_t needed) {
  constexpr std::size_t line = 64;
  const auto room = static_cast<std::size_t>(needed) + line / sizeof(float);
  if (work.scratch.size() < room) work.scratch.resize(room + room / 2);
  const auto address = reinterpret_cast<std::uintptr_t>(work.scratch.data());
  return work.scratch.data() + (line - address % line) % line / sizeof(float);
}

// Heads that one piece takes.
std::int64_t heads_at_once(const TokenRows& rows, const std::vector<Span>& spans,
                           std::int64_t threads) {
  std::int64_t keys = 0;
  for (const Span& span : spans) keys += span.num_keys;
  const std::int64_t bytes = 2 * keys * rows.width() * static_cast<std::int64_t>(sizeof(float));
  if (bytes < kBytesToShare) return rows.heads;
  const std::int64_t parts = std::clamp<std::int64_t>(
      (2 * threads + std::ssize(spans) - 1) / std::ssize(spans), 1, rows.heads);
  return (rows.heads + parts - 1) / parts;
}

}  // namespace

void token_attention(const TokenRows& rows, const SeenRows& seen, const std::vector<Span>& spans,
                     double scale, TokenWork& work) {
  if (spans.empty() || rows.width() == 0) return;
  const std::int64_t width = rows.width(),
                     at_once = heads_at_once(rows, spans, work.helpers->count() + 1),
                     parts = (rows.heads + at_once - 1) / at_once;
  const auto shape_of = [&](const Span& span, std::int64_t heads) {
    return FewQueriesShape{span.num_queries,         span.num_keys, heads,
                           rows.head_size,           span.prefix,   span.offset,
                           static_cast<float>(scale)};
  };
  base::with_isa([&](auto isa) {
    std::int64_t room = 0;
    for (const Span& span : spans)
      room = std::max(room, attend_few_scratch<isa()>(shape_of(span, at_once)));
    room = (room + 15) / 16 * 16;
    const std::int64_t pieces = std::ssize(spans) * parts;
    float* const scratch = scratch_of(work, pieces * room);
    work.helpers->share(pieces, [&](std::int64_t piece) {
      const Span& span = spans[static_cast<std::size_t>(piece / parts)];
      const std::int64_t head = piece % parts * at_once,
                         heads = std::min(at_once, rows.heads - head),
                         column = head * rows.head_size;
      float* const out = rows.out + span.first_query * width + column;
      if (span.num_keys == 0) {
        for (std::int64_t i = 0; i < span.num_queries; ++i)
          std::fill_n(out + i * width, heads * rows.head_size, 0.0f);
        return;
      }
      attend_few<isa()>(shape_of(span, heads),
                        {rows.q + span.first_query * rows.stride + column, rows.stride},
                        {seen.keys + span.first_key * seen.stride + column, seen.stride},
                        {seen.values + span.first_key * seen.stride + column, seen.stride},
                        {out, width}, scratch + piece * room);
    });
  });
}

void token_linear_attention(const TokenRows& rows, const RecurrentStep& step,
                            std::span<const TokenAngles> angles, RecurrentLayer& state,
                            TokenWork& work) {
  const std::int64_t tokens = std::ssize(angles), width = rows.width(),
                     room = recurrent_step_scratch(step.features);
  const TaskSums sums(tokens, rows.heads, step.features, rows.head_size, &state);
  const std::int64_t pieces = tokens * rows.heads;
  float* const scratch = scratch_of(work, pieces * room);
  base::with_isa([&](auto isa) {
    work.helpers->share(pieces, [&](std::int64_t piece) {
      const std::int64_t row = piece / rows.heads, head = piece % rows.heads,
                         column = head * rows.head_size, place = row * rows.stride + column;
      RecurrentStep turned = step;
      turned.cos = angles[static_cast<std::size_t>(row)].cos;
      turned.sin = angles[static_cast<std::size_t>(row)].sin;
      recurrent_step<isa()>(turned, rows.q + place, rows.k + place, rows.v + place,
                            sums.of({row, head, row, 1}, nullptr), rows.out + row * width + column,
                            scratch + piece * room);
    });
  });
}

}  // namespace roformer::attention
