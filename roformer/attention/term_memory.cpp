#include "roformer/attention/term_memory.h"

#include <torch/types.h>

#include <algorithm>

#include "roformer/attention/softmax_attention_kernel.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

// In the order of PairTerms::tensors.
enum Term : std::size_t { numbers, queries, keys, values, shift, query_rows, key_rows };

// Numbers are read by whole vectors from any place on.
constexpr std::int64_t room_behind_numbers = 64;

bool has_vectors(std::size_t term) {
  return term != numbers && term != shift;
}

// Floats of one head's gradient.
std::int64_t gradient_size(std::size_t term, const Tensor& of_terms) {
  if (!has_vectors(term)) return of_terms.size(1);
  return of_terms.size(1) * term_gradient_stride(of_terms.size(2));
}

std::array<TermTable*, PairTerms::count> tables_of(HeadTerms& terms) {
  return {&terms.numbers, &terms.queries,    &terms.keys,    &terms.values,
          &terms.shift,   &terms.query_rows, &terms.key_rows};
}

}  // namespace

TermMemory::TermMemory(const PlacedTerms& terms) : placed_(terms) {
  const auto tensors = terms.terms.tensors();
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    if (!tensors[t].defined()) continue;
    values_[t] = t == numbers ? torch::constant_pad_nd(tensors[t], {0, room_behind_numbers})
                              : tensors[t].contiguous();
  }
}

void TermMemory::make_gradients(const std::array<bool, PairTerms::count>& wanted,
                                std::int64_t heads, std::int64_t lanes) {
  const auto tensors = placed_.terms.tensors();
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    if (wanted[t])
      gradients_[t] =
          torch::empty({lanes, heads, gradient_size(t, tensors[t])}, tensors[t].options());
  }
}

void TermMemory::begin_lane(std::int64_t head, std::int64_t lane) const {
  for (const Tensor& gradient : gradients_) {
    if (!gradient.defined()) continue;
    const std::int64_t size = gradient.size(2);
    std::fill_n(gradient.data_ptr<float>() + (lane * gradient.size(1) + head) * size, size, 0.0f);
  }
}

HeadTerms TermMemory::of(std::size_t span, std::int64_t head) const {
  HeadTerms terms;
  const auto tables = tables_of(terms);
  for (std::size_t t = 0; t < tables.size(); ++t) {
    if (!values_[t].defined()) continue;
    tables[t]->vectors = values_[t].const_data_ptr<float>() +
                         (values_[t].size(0) == 1 ? 0 : head * values_[t].stride(0));
  }
  if (placed_.places.empty()) return terms;
  const SpanPlace place = placed_.places[span];
  terms.first_row = place.first_key - place.first_query - placed_.least;
  if (!values_[query_rows].defined()) return terms;
  terms.row_size = values_[query_rows].size(2);
  terms.query_rows.vectors += place.first_query * terms.row_size;
  terms.key_rows.vectors += place.first_key * terms.row_size;
  return terms;
}

HeadTerms TermMemory::of(std::size_t span, std::int64_t head, std::int64_t lane) const {
  HeadTerms terms = of(span, head);
  const auto tables = tables_of(terms);
  for (std::size_t t = 0; t < tables.size(); ++t) {
    const Tensor& gradient = gradients_[t];
    if (!gradient.defined()) continue;
    tables[t]->gradient =
        gradient.data_ptr<float>() + (lane * gradient.size(1) + head) * gradient.size(2);
  }
  if (placed_.places.empty()) return terms;
  const std::int64_t stride = term_gradient_stride(terms.row_size);
  const SpanPlace place = placed_.places[span];
  if (terms.query_rows.gradient != nullptr) terms.query_rows.gradient += place.first_query * stride;
  if (terms.key_rows.gradient != nullptr) terms.key_rows.gradient += place.first_key * stride;
  return terms;
}

PairTerms TermMemory::gradients() const {
  const auto tensors = placed_.terms.tensors();
  std::array<Tensor, PairTerms::count> result;
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    if (!gradients_[t].defined()) continue;
    Tensor sum = gradients_[t].sum(0);  // (H, …)
    if (tensors[t].size(0) == 1) sum = sum.sum(0, true);
    if (has_vectors(t))
      sum = sum.view({sum.size(0), tensors[t].size(1), -1}).narrow(2, 0, tensors[t].size(2));
    result[t] = sum;
  }
  return PairTerms::of(result);
}

}  // namespace roformer::attention
