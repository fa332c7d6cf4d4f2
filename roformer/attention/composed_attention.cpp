#include "roformer/attention/packed_attention.h"

#include <torch/types.h>

#include <limits>
#include <tuple>

#include "roformer/attention/span.h"
#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/packed/keep_mask.h"
#include "roformer/packed/wide_type.h"
#include "roformer/position/distance_terms.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

Tensor query_positions(const Tensor& positions, const SpanGroup& group) {
  if (!positions.defined()) return positions;
  const std::int64_t length = group.span.num_queries;
  return positions.narrow(0, group.span.first_query, group.size * length)
      .view({group.size, length});
}

Tensor key_positions(const Tensor& positions, const std::vector<Span>& spans,
                     const SpanGroup& group) {
  if (!positions.defined()) return positions;
  return key_rows(positions, spans, group).view({group.size, group.span.num_keys});
}

bool hides_something(const Span& span) {
  return span.num_queries > 0 && span.visible_keys(0) < span.num_keys;
}

// (T_q, T_k), true where the query does not see the key.
Tensor hidden_keys(const Span& span, torch::Device device) {
  const Tensor keys = torch::arange(span.num_keys, device);
  const Tensor visible =
      (torch::arange(span.num_queries, device) + span.offset + 1).clamp_min(span.prefix);
  return keys.unsqueeze(0) >= visible.unsqueeze(1);
}

// Row h * N + token of the mask, for the (G, H, T) rows of a group: (G, H, T_q, T_k).
Tensor dropout_factor(const SpanGroup& group, std::int64_t num_tokens, std::int64_t heads,
                      const AttentionOptions& options) {
  const Span& span = group.span;
  std::vector<base::RowKey> keys;
  keys.reserve(static_cast<std::size_t>(group.size * heads * span.num_queries));
  for (std::int64_t g = 0; g < group.size; ++g) {
    for (std::int64_t h = 0; h < heads; ++h) {
      for (std::int64_t t = 0; t < span.num_queries; ++t) {
        const std::int64_t row = h * num_tokens + span.first_query + g * span.num_queries + t;
        keys.push_back(base::row_key(options.dropout_seed, static_cast<std::uint64_t>(row)));
      }
    }
  }
  return packed::keep_mask(keys, span.num_keys, options.dropout)
             .view({group.size, heads, span.num_queries, span.num_keys})
             .to(torch::kFloat32) /
         (1 - options.dropout);
}

// The weights of a group after softmax, (G, H, T_q, T_k).
Tensor group_weights(const SpanGroup& group, const Tensor& queries, const Tensor& keys,
                     const AttentionOptions& options, const AttentionTerms& terms,
                     const Tensor& q_places, const Tensor& k_places) {
  base::require(options.product == position::PairProduct::real || !terms.score_bias,
                "[attention] expected nothing to add to moduli but got a bias of scores");
  Tensor scores = position::pair_product(queries, keys, options.product) * options.scale;
  if (terms.score_bias) scores = scores + terms.score_bias(queries, keys, q_places, k_places);
  if (hides_something(group.span)) {
    scores = scores.masked_fill(hidden_keys(group.span, scores.device()),
                                -std::numeric_limits<double>::infinity());
  }
  return torch::softmax(scores, -1);
}

// The terms' rows for the distances of one group, which follow each other.
position::DistanceTerms rows_for(const PlacedTerms& placed, const position::Distances& distances) {
  const std::int64_t count = distances.values().size(0);
  const std::int64_t first = distances.values()[0].item<std::int64_t>() - placed.least;
  const auto part = [&](const Tensor& table) {
    return table.defined() ? table.narrow(1, first, count) : table;
  };
  const PairTerms& terms = placed.terms;
  return {.numbers = part(terms.numbers),
          .queries = {part(terms.queries), {}},
          .keys = {part(terms.keys), {}},
          .values = {part(terms.values), {}},
          .shift = terms.shift,
          .query_rows = terms.query_rows,
          .key_rows = terms.key_rows};
}

// Positions (N) of rows: those of span b from first_row(b) on ascend from first(b).
template <typename Rows>
Tensor placed_positions(std::int64_t rows, std::size_t spans, const Rows& rows_of) {
  Tensor positions = torch::zeros({rows}, torch::kInt64);
  for (std::size_t b = 0; b < spans; ++b) {
    const auto [first_row, count, first] = rows_of(b);
    positions.narrow(0, first_row, count).copy_(torch::arange(first, first + count));
  }
  return positions;
}

}  // namespace

Tensor composed_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                          const std::vector<Span>& spans, const AttentionOptions& options,
                          const AttentionTerms& terms, std::vector<Tensor>* weights) {
  check_spans(spans, q.size(0), k.size(0));
  const packed::AutocastPause no_autocast;
  const std::int64_t heads = q.size(1);
  std::vector<Tensor> outputs;
  for (const SpanGroup& group : groups_of_equal_shape(spans)) {
    const Span& span = group.span;
    const auto of_keys = [&](const Tensor& x) {
      return packed::widened(heads_of(key_rows(x, spans, group), 0, group.size, span.num_keys));
    };
    const Tensor queries =
        packed::widened(heads_of(q, span.first_query, group.size, span.num_queries));
    const Tensor keys = of_keys(k), values = of_keys(v);
    const Tensor q_places = query_positions(terms.q_positions, group);
    const Tensor k_places = key_positions(terms.k_positions, spans, group);
    Tensor probabilities = group_weights(group, queries, keys, options, terms, q_places, k_places);
    if (weights != nullptr) {
      for (const Tensor& one : probabilities.to(q.scalar_type()).unbind(0)) weights->push_back(one);
    }
    if (options.dropout > 0) {
      const Tensor factor = dropout_factor(group, q.size(0), heads, options);
      probabilities = probabilities * factor.to(probabilities.options());
    }
    Tensor output = torch::matmul(probabilities, values);
    if (terms.value_term) output = output + terms.value_term(probabilities, q_places, k_places);
    outputs.push_back(output.transpose(1, 2).flatten(0, 1));
  }
  if (outputs.empty()) return torch::zeros({q.size(0), heads, v.size(2)}, v.options());
  return torch::cat(outputs, 0).to(v.scalar_type());
}

Tensor composed_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                          const std::vector<Span>& spans, const AttentionOptions& options,
                          const PlacedTerms& placed) {
  if (placed.empty()) return composed_attention(q, k, v, spans, options);
  using Rows = std::tuple<std::int64_t, std::int64_t, std::int64_t>;
  AttentionTerms terms;
  terms.q_positions =
      placed_positions(q.size(0), spans.size(), [&](std::size_t b) {
        return Rows{spans[b].first_query, spans[b].num_queries, placed.places[b].first_query};
      }).to(q.device());
  terms.k_positions =
      placed_positions(k.size(0), spans.size(), [&](std::size_t b) {
        return Rows{spans[b].first_key, spans[b].num_keys, placed.places[b].first_key};
      }).to(q.device());
  terms.score_bias = [&](const Tensor& queries, const Tensor& keys, const Tensor& m,
                         const Tensor& n) {
    const position::Distances distances(m, n);
    const Tensor bias = position::score_bias_of(rows_for(placed, distances), distances, queries,
                                                keys, m, n, 1 / options.scale);
    return bias.defined() ? bias : torch::zeros({1}, queries.options());
  };
  if (placed.terms.values.defined()) {
    terms.value_term = [&](const Tensor& weights, const Tensor& m, const Tensor& n) {
      const position::Distances distances(m, n);
      return position::value_term_of(rows_for(placed, distances), distances, weights);
    };
  }
  return composed_attention(q, k, v, spans, options, terms);
}

}  // namespace roformer::attention
