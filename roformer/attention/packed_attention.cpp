#include "roformer/attention/packed_attention.h"

#include <fmt/ranges.h>
#include <torch/autograd.h>
#include <torch/library.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/attention/fused_softmax.h"
#include "roformer/attention/head_rows.h"
#include "roformer/base/error.h"
#include "roformer/packed/composed_gradients.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/packed/wide_type.h"

namespace roformer::attention {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

bool every_span(const std::vector<Span>& spans, bool (*holds)(const Span&)) {
  return std::all_of(spans.begin(), spans.end(), holds);
}

AttentionInputs parts_of(const Tensor& qkv) {
  return {qkv.select(1, 0), qkv.select(1, 1), qkv.select(1, 2)};
}

// What the operator is a function of, as one list: qkv alone, or q, k and v; then the terms, whose
// rows are of distances from `least` on; then where the sequences are, as tensors of numbers.
enum Place : std::size_t { first_input = 0, first_term = 3, spans_at = 10, places_at = 11 };
constexpr std::size_t num_places = 12;
static_assert(first_term + PairTerms::count == spans_at);

Tensor places_tensor(const std::vector<SpanPlace>& places) {
  Tensor rows = torch::empty({static_cast<std::int64_t>(places.size()), 2}, torch::kInt64);
  auto* out = rows.data_ptr<std::int64_t>();
  for (const SpanPlace& place : places) {
    *out++ = place.first_query;
    *out++ = place.first_key;
  }
  return rows;
}

std::vector<SpanPlace> places_of(const Tensor& rows) {
  const auto* values = rows.const_data_ptr<std::int64_t>();
  std::vector<SpanPlace> places;
  for (std::int64_t b = 0; b < rows.size(0); ++b)
    places.push_back({values[2 * b], values[2 * b + 1]});
  return places;
}

AttentionInputs inputs_in(at::TensorList list) {
  if (!list[first_input + 1].defined()) return parts_of(list[first_input]);
  return {list[first_input], list[first_input + 1], list[first_input + 2]};
}

PlacedTerms terms_in(at::TensorList list, std::int64_t least) {
  std::array<Tensor, PairTerms::count> terms;
  std::copy_n(list.begin() + first_term, terms.size(), terms.begin());
  return {PairTerms::of(terms), places_of(list[places_at]), least};
}

Tensor composed_of(at::TensorList list, const AttentionOptions& options, std::int64_t least) {
  const auto [q, k, v] = inputs_in(list);
  return composed_attention(q, k, v, spans_of(list[spans_at]), options, terms_in(list, least));
}

void keep_options(AutogradContext* context, const AttentionOptions& options) {
  context->saved_data["scale"] = options.scale;
  context->saved_data["dropout"] = options.dropout;
  context->saved_data["dropout_seed"] = static_cast<std::int64_t>(options.dropout_seed);
  context->saved_data["product"] = static_cast<std::int64_t>(options.product);
}

AttentionOptions kept_options(AutogradContext* context) {
  const auto& data = context->saved_data;
  return {data.at("scale").toDouble(), data.at("dropout").toDouble(),
          static_cast<std::uint64_t>(data.at("dropout_seed").toInt()),
          static_cast<position::PairProduct>(data.at("product").toInt())};
}

// Autograd takes defined tensors alone: those of a list, and which places they have, a bit each.
variable_list defined_ones(at::TensorList list) {
  variable_list present;
  std::copy_if(list.begin(), list.end(), std::back_inserter(present),
               [](const Tensor& x) { return x.defined(); });
  return present;
}

std::int64_t places_taken(at::TensorList list) {
  std::int64_t taken = 0;
  for (std::size_t i = 0; i < list.size(); ++i) taken |= std::int64_t{list[i].defined()} << i;
  return taken;
}

bool is_taken(std::int64_t taken, std::size_t place) {
  return (taken >> place & 1) != 0;
}

variable_list in_places(at::TensorList present, std::int64_t taken) {
  variable_list list(num_places);
  std::size_t next = 0;
  for (std::size_t i = 0; i < num_places; ++i) {
    if (is_taken(taken, i)) list[i] = present[next++];
  }
  return list;
}

struct PackedAttention : torch::autograd::Function<PackedAttention> {
  static Tensor forward(AutogradContext* context, at::TensorList present, std::int64_t taken,
                        const AttentionOptions& options, std::int64_t least) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const variable_list list = in_places(present, taken);
    const auto [out, log_sum_exp] =
        fused_softmax(inputs_in(list), spans_of(list[spans_at]), options, terms_in(list, least));
    variable_list kept = list;
    kept.insert(kept.end(), {out, log_sum_exp});
    context->save_for_backward(kept);
    context->saved_data["taken"] = taken;
    keep_options(context, options);
    context->saved_data["least"] = least;
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::TensorList list(saved.data(), num_places);
    const auto options = kept_options(context);
    const std::int64_t least = context->saved_data.at("least").toInt();
    variable_list result;
    if (packed::gradient_is_differentiated()) {
      result = packed::composed_gradients(list.vec(), gradients[0], [&](const variable_list& x) {
        return composed_of(x, options, least);
      });
    } else {
      result = fused_gradients(context, saved, gradients[0].contiguous(), options, least);
    }
    return in_order_of_inputs(result, context->saved_data.at("taken").toInt());
  }

 private:
  // Gradients of the tensors that autograd knows, then of the three arguments beside them.
  static variable_list in_order_of_inputs(const variable_list& gradients, std::int64_t taken) {
    variable_list result;
    for (std::size_t i = 0; i < num_places; ++i) {
      if (is_taken(taken, i)) result.push_back(gradients[i]);
    }
    result.resize(result.size() + 3);
    return result;
  }

  static std::array<bool, PairTerms::count> wanted_terms(AutogradContext* context,
                                                         std::int64_t taken) {
    std::array<bool, PairTerms::count> wanted = {};
    std::size_t edge = 0;
    for (std::size_t i = 0; i < spans_at; ++i) {
      if (!is_taken(taken, i)) continue;
      if (i >= first_term) wanted[i - first_term] = context->needs_input_grad(edge);
      ++edge;
    }
    return wanted;
  }

  static variable_list fused_gradients(AutogradContext* context, const variable_list& saved,
                                       const Tensor& slope, const AttentionOptions& options,
                                       std::int64_t least) {
    const at::TensorList list(saved.data(), num_places);
    const auto spans = spans_of(list[spans_at]);
    // Rows that no span writes (keys that nobody sees, queries without keys) have gradient zero.
    const bool all_written =
        !list[first_input + 1].defined() &&
        every_span(spans, [](const Span& span) { return span.num_keys == span.num_queries; });
    variable_list result(num_places);
    for (std::size_t i = first_input; i < first_term; ++i) {
      if (list[i].defined())
        result[i] = all_written ? torch::empty(list[i].sizes(), list[i].options())
                                : torch::zeros(list[i].sizes(), list[i].options());
    }
    const auto wanted = wanted_terms(context, context->saved_data.at("taken").toInt());
    const PairTerms of_terms =
        fused_softmax_backward(inputs_in(list), {saved[num_places], saved[num_places + 1]}, slope,
                               inputs_in(result), spans, options, terms_in(list, least), wanted);
    const auto tensors = of_terms.tensors();
    std::copy(tensors.begin(), tensors.end(), result.begin() + first_term);
    return result;
  }
};

void check_options(const AttentionOptions& options, std::int64_t size) {
  base::require(options.dropout >= 0 && options.dropout < 1,
                "[attention] expected dropout in [0, 1) but got {}", options.dropout);
  base::require(options.product == position::PairProduct::real || size % 2 == 0,
                "[attention] expected heads of an even size, whose halves are the parts of complex "
                "numbers, but got {}",
                size);
}

variable_list as_list(const Tensor& q, const Tensor& k, const Tensor& v,
                      const std::vector<Span>& spans, const PlacedTerms& terms) {
  variable_list list = {q, k, v};
  for (const Tensor& term : terms.terms.tensors()) list.push_back(term);
  list.push_back(spans_tensor(spans));
  list.push_back(places_tensor(terms.places));
  return list;
}

Tensor fused_of(const Tensor& q, const Tensor& k, const Tensor& v, const std::vector<Span>& spans,
                const AttentionOptions& options, const PlacedTerms& terms) {
  const variable_list list = as_list(q, k, v, spans, terms);
  const variable_list present = defined_ones(list);
  return PackedAttention::apply(at::TensorList(present), places_taken(list), options, terms.least);
}

PlacedTerms widened(const PlacedTerms& terms) {
  auto tensors = terms.terms.tensors();
  for (Tensor& term : tensors) {
    if (term.defined()) term = packed::widened(term);
  }
  return {PairTerms::of(tensors), terms.places, terms.least};
}

Tensor packed_self_attention_operator(const Tensor& qkv, const Tensor& cu_seqlens, double scale,
                                      bool causal, double dropout, std::int64_t dropout_seed) {
  const auto spans =
      self_spans(cu_seqlens, qkv.size(0), causal ? Visibility::causal : Visibility::two_sided);
  return packed_self_attention(qkv, spans,
                               {scale, dropout, static_cast<std::uint64_t>(dropout_seed)});
}

TORCH_LIBRARY_FRAGMENT(roformer, library) {
  library.def(
      "packed_self_attention(Tensor qkv, Tensor cu_seqlens, float scale, bool causal=False, float "
      "dropout=0.,"
      " int dropout_seed=0) -> Tensor",
      packed_self_attention_operator);
}

}  // namespace

Tensor packed_self_attention(const Tensor& qkv, const std::vector<Span>& spans,
                             const AttentionOptions& options, const PlacedTerms& terms) {
  base::require(qkv.dim() == 4 && qkv.size(1) == 3,
                "[attention] expected qkv (N, 3, H, D) but got {} dimensions", qkv.dim());
  check_options(options, qkv.size(3));
  check_spans(spans, qkv.size(0), qkv.size(0));
  if (packed::wants_gradient({qkv})) require_own_keys(spans);
  check_terms(terms, spans, qkv.size(2), qkv.size(3));
  base::require(options.product == position::PairProduct::real || terms.empty(),
                "[attention] expected no terms beside moduli of complex products but got some");
  if (packed::is_half_on_cpu(qkv))
    return packed_self_attention(packed::widened(qkv), spans, options, widened(terms))
        .to(qkv.scalar_type());
  // 1 / scale is a factor of the numbers' gradient.
  if (!packed::is_float_on_cpu(qkv) || options.scale == 0) {
    const auto [q, k, v] = parts_of(qkv);
    return composed_attention(q, k, v, spans, options, terms);
  }
  return fused_of(qkv.contiguous(), {}, {}, spans, options, terms);
}

Tensor packed_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                        const std::vector<Span>& spans, const AttentionOptions& options) {
  base::require(q.dim() == 3 && k.dim() == 3 && k.sizes() == v.sizes() && q.size(1) == k.size(1) &&
                    q.size(2) == k.size(2),
                "[attention] expected q (N, H, D), k and v (M, H, D) but got {}, {} and {}",
                fmt::join(q.sizes(), "x"), fmt::join(k.sizes(), "x"), fmt::join(v.sizes(), "x"));
  check_options(options, q.size(2));
  check_spans(spans, q.size(0), k.size(0));
  const bool gradient = packed::wants_gradient({q, k, v});
  if (gradient) require_own_keys(spans);
  if (packed::is_half_on_cpu(q))
    return packed_attention(packed::widened(q), packed::widened(k), packed::widened(v), spans,
                            options)
        .to(v.scalar_type());
  if (!packed::is_float_on_cpu(q)) return composed_attention(q, k, v, spans, options);
  const bool real = options.product == position::PairProduct::real;
  if (!gradient && real && options.dropout == 0 && has_few_queries(spans))
    return few_queries_attention(with_dense_rows(q), with_dense_rows(k), with_dense_rows(v), spans,
                                 options.scale);
  return fused_of(with_dense_rows(q), with_dense_rows(k), with_dense_rows(v), spans, options, {});
}

}  // namespace roformer::attention
