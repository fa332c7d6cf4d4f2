#include "roformer/attention/pair_terms.h"

#include <fmt/ranges.h>
#include <torch/types.h>

#include <algorithm>
#include <limits>

#include "roformer/base/error.h"

namespace roformer::attention {
namespace {

bool ascend_by_one(const std::int64_t* ids, std::int64_t count) {
  for (std::int64_t i = 1; i < count; ++i) {
    if (ids[i] != ids[0] + i) return false;
  }
  return true;
}

// Of H or 1 heads, `rows` of them, each of `size` numbers; undefined tensors are none.
void check_shape(const torch::Tensor& term, const char* name, std::int64_t heads, std::int64_t rows,
                 std::int64_t size) {
  if (!term.defined()) return;
  base::require(term.dim() == 3 && (term.size(0) == heads || term.size(0) == 1) &&
                    term.size(1) >= rows && (size == 0 || term.size(2) == size),
                "[attention] expected {} of {} or 1 heads, at least {} rows, {} numbers each, but "
                "got {}",
                name, heads, rows, size, fmt::join(term.sizes(), "x"));
}

}  // namespace

bool PlacedTerms::empty() const {
  const auto tensors = terms.tensors();
  return std::ranges::none_of(tensors, [](const torch::Tensor& term) { return term.defined(); });
}

void check_terms(const PlacedTerms& placed, const std::vector<Span>& spans, std::int64_t heads,
                 std::int64_t size) {
  if (placed.empty()) return;
  base::require(placed.places.size() == spans.size(),
                "[attention] expected a place for each of {} spans but got {}", spans.size(),
                placed.places.size());
  const auto [least, count] = distance_range(spans, placed.places);
  base::require(count == 0 || least >= placed.least,
                "[attention] expected tables from distance {} on but got them from {}", least,
                placed.least);
  const std::int64_t rows = count == 0 ? 0 : least - placed.least + count;
  const PairTerms& terms = placed.terms;
  if (terms.numbers.defined()) check_shape(terms.numbers.unsqueeze(-1), "numbers", heads, rows, 1);
  check_shape(terms.queries, "vectors for queries", heads, rows, size);
  check_shape(terms.keys, "vectors for keys", heads, rows, size);
  check_shape(terms.values, "vectors for values", heads, rows, size);
  if (terms.shift.defined())
    check_shape(terms.shift.unsqueeze(1), "a shift of queries", heads, 1, size);
  std::int64_t queries = 0, keys = 0;
  for (std::size_t b = 0; b < spans.size(); ++b) {
    queries = std::max(queries, placed.places[b].first_query + spans[b].num_queries);
    keys = std::max(keys, placed.places[b].first_key + spans[b].num_keys);
  }
  base::require(
      terms.query_rows.defined() == terms.key_rows.defined() &&
          (!terms.query_rows.defined() || terms.query_rows.size(-1) == terms.key_rows.size(-1)),
      "[attention] expected rows beside queries and beside keys of one size but got {} and {}",
      terms.query_rows.defined() ? terms.query_rows.size(-1) : 0,
      terms.key_rows.defined() ? terms.key_rows.size(-1) : 0);
  const bool from_zero = std::ranges::all_of(placed.places, [](const SpanPlace& place) {
    return place.first_query >= 0 && place.first_key >= 0;
  });
  base::require(
      from_zero || !terms.query_rows.defined(),
      "[attention] expected positions >= 0 beside rows by position but got a negative one");
  check_shape(terms.query_rows, "rows beside queries", heads, queries, 0);
  check_shape(terms.key_rows, "rows beside keys", heads, keys, 0);
}

std::optional<std::vector<SpanPlace>> consecutive_places(const torch::Tensor& ids,
                                                         const std::vector<Span>& spans) {
  if (!ids.device().is_cpu()) return std::nullopt;
  const torch::Tensor dense = ids.contiguous();
  const auto* const values = dense.const_data_ptr<std::int64_t>();
  std::vector<SpanPlace> places;
  places.reserve(spans.size());
  for (const Span& span : spans) {
    if (span.num_queries == 0 || span.num_keys == 0) {
      places.push_back({});
      continue;
    }
    const auto *queries = values + span.first_query, *keys = values + span.first_key;
    if (!ascend_by_one(queries, span.num_queries) || !ascend_by_one(keys, span.num_keys))
      return std::nullopt;
    places.push_back({queries[0], keys[0]});
  }
  return places;
}

DistanceRange distance_range(const std::vector<Span>& spans, const std::vector<SpanPlace>& places) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = -least;
  for (std::size_t b = 0; b < spans.size(); ++b) {
    if (spans[b].num_queries == 0 || spans[b].num_keys == 0) continue;
    const std::int64_t first = places[b].first_key - places[b].first_query;
    least = std::min(least, first - (spans[b].num_queries - 1));
    most = std::max(most, first + spans[b].num_keys - 1);
  }
  if (most < least) return {};
  return {least, most - least + 1};
}

}  // namespace roformer::attention
