#include "roformer/position/distance_terms.h"

#include <torch/types.h>

namespace roformer::position {
namespace {

using torch::Tensor;

TableRows rows_of_pairs(const DistanceTable& table, const Distances& distances) {
  const Tensor rows = table.rows.defined()
                          ? table.rows
                          : torch::arange(distances.values().size(0), distances.values().options());
  return {table.vectors.size(-2), distances.rows_of_pairs(rows)};
}

Tensor products_of_queries(const DistanceTable& table, const Distances& distances,
                           const Tensor& q) {
  const Tensor products = torch::matmul(q, table.vectors.transpose(-1, -2));
  if (!table.rows.defined()) return distances.of_queries(products);
  return take_of_queries(products, rows_of_pairs(table, distances));
}

Tensor products_of_keys(const DistanceTable& table, const Distances& distances, const Tensor& k) {
  const Tensor products = torch::matmul(k, table.vectors.transpose(-1, -2));
  if (!table.rows.defined()) return distances.of_keys(products);
  return take_of_keys(products, rows_of_pairs(table, distances));
}

// rows (H, P, E) at positions (G, T) → (G, H, T, E); G is 1 where all sequences have the same ones.
Tensor at_positions(const Tensor& rows, const Tensor& positions) {
  const Tensor places = without_repetition(positions);
  return rows.index_select(1, places.flatten())
      .unflatten(1, {places.size(0), places.size(1)})
      .transpose(0, 1);
}

void add(Tensor& sum, const Tensor& more) {
  sum = sum.defined() ? sum + more : more;
}

}  // namespace

// In or against the order of the table without a gather, whose gradient would add row by row.
Tensor DistanceTable::by_distance() const {
  if (!rows.defined()) return vectors;
  if (rows.size(0) == vectors.size(-2)) {
    const Tensor in_order = torch::arange(rows.size(0), rows.options());
    if (torch::equal(rows, in_order)) return vectors;
    if (torch::equal(rows, in_order.flip(0))) return vectors.flip(-2);
  }
  return vectors.index_select(-2, rows);
}

DistanceTable used_part(const Tensor& table, const Tensor& rows) {
  const RowRange range = range_of(rows);
  return {table.narrow(-2, range.first, range.count), rows - range.first};
}

Tensor score_bias_of(const DistanceTerms& terms, const Distances& distances, const Tensor& q,
                     const Tensor& k, const Tensor& q_positions, const Tensor& k_positions,
                     double divisor) {
  const Tensor shift = terms.shift.defined() ? terms.shift.unsqueeze(1) : Tensor();  // (H, 1, D)
  const Tensor shifted = shift.defined() ? q + shift : q;
  Tensor products;
  if (shift.defined()) add(products, torch::matmul(shift, k.transpose(-1, -2)));
  if (terms.queries.defined())
    add(products, products_of_queries(terms.queries, distances, shifted));
  if (terms.keys.defined()) add(products, products_of_keys(terms.keys, distances, k));
  if (terms.query_rows.defined())
    add(products, torch::matmul(at_positions(terms.query_rows, q_positions),
                                at_positions(terms.key_rows, k_positions).transpose(-1, -2)));
  Tensor bias = products.defined() ? products / divisor : products;
  if (terms.numbers.defined()) add(bias, distances.spread(terms.numbers));
  return bias;
}

Tensor value_term_of(const DistanceTerms& terms, const Distances& distances,
                     const Tensor& weights) {
  const TableRows rows = rows_of_pairs(terms.values, distances);
  return torch::matmul(sum_by_row(weights, rows), terms.values.vectors);
}

}  // namespace roformer::position
