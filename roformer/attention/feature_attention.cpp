#include "roformer/attention/feature_attention.h"

#include <torch/autograd.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include "roformer/attention/head_rows.h"
#include "roformer/attention/linear_pieces.h"
#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/packed/composed_gradients.h"
#include "roformer/packed/wide_type.h"
#include "roformer/rope/rotation.h"

namespace roformer::attention {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What the fused operator reads.
struct FusedInputs {
  Tensor q, k, v;
  Tensor projection;  // (F, D)
  Tensor cos, sin;    // empty: nothing rotates
};

// What is no tensor.
struct FusedOptions {
  RandomMap map;
  rope::PairLayout layout;
  LinearOptions linear;
  double feature_epsilon;
};

FeatureHead<const float> read_head(const FusedInputs& x, const LinearTask& task) {
  const std::int64_t row = task.first_row;
  return {read_rows(x.q).at(row, task.head), read_rows(x.k).at(row, task.head),
          read_rows(x.v).at(row, task.head)};
}

LinearShape fused_shape(const FusedInputs& x, const FusedOptions& options, std::int64_t length) {
  return {length, x.projection.size(0), x.v.size(2), static_cast<float>(options.linear.epsilon),
          true};
}

RandomFeatures features_of(const FusedInputs& x, const FusedOptions& options, std::int64_t row) {
  RandomFeatures features;
  features.map = options.map;
  features.projection = x.projection.const_data_ptr<float>();
  features.head_size = x.q.size(2);
  features.epsilon = static_cast<float>(options.feature_epsilon);
  const std::int64_t begin = row * x.projection.size(0) / 2;
  features.cos = x.cos.numel() > 0 ? x.cos.const_data_ptr<float>() + begin : nullptr;
  features.sin = x.sin.numel() > 0 ? x.sin.const_data_ptr<float>() + begin : nullptr;
  features.layout = options.layout;
  return features;
}

LinearResult fused_features_forward(const FusedInputs& x, const std::vector<Span>& spans,
                                    const FusedOptions& options, RecurrentLayer* state) {
  const std::int64_t tokens = x.q.size(0), heads = x.q.size(1), size = x.v.size(2);
  LinearResult result{torch::empty({tokens, heads, size}, x.v.options()),
                      torch::empty({heads, tokens}, x.v.options()),
                      {}};
  const auto out = write_rows(result.out);
  auto* const denominators = result.denominators.data_ptr<float>();
  const LinearTasks tasks = linear_tasks(spans, heads);
  const TaskSums sums(std::ssize(spans), heads, x.projection.size(0), size, state,
                      tasks.boundaries);
  base::with_isa([&](auto isa) {
    attend_pieces(
        tasks, sums, attend_features_scratch<isa()>(fused_shape(x, options, 0), x.q.size(2)),
        [&](const LinearTask& task, const LinearSums& own, float* memory) {
          sum_features<isa()>(fused_shape(x, options, task.length),
                              features_of(x, options, task.first_row), read_head(x, task), own,
                              memory);
        },
        [&](const LinearTask& task, const LinearSums& before, float* memory) {
          const std::int64_t row = task.first_row, head = task.head;
          attend_features<isa()>(fused_shape(x, options, task.length), features_of(x, options, row),
                                 read_head(x, task), before, out.at(row, head),
                                 denominators + head * tokens + row, memory);
        });
  });
  result.boundaries = sums.boundaries().rows();
  return result;
}

// The gradients of q, k and v.
variable_list fused_features_backward(const FusedInputs& x, const LinearResult& result,
                                      const Tensor& out_gradient, const std::vector<Span>& spans,
                                      const FusedOptions& options) {
  const std::int64_t tokens = x.q.size(0), heads = x.q.size(1);
  const auto like = [](const Tensor& y) { return torch::empty(y.sizes(), y.options()); };
  variable_list gradients = {like(x.q), like(x.k), like(x.v)};
  const auto out = read_rows(result.out), slope = read_rows(out_gradient);
  const auto q = write_rows(gradients[0]), k = write_rows(gradients[1]),
             v = write_rows(gradients[2]);
  const auto* const denominators = result.denominators.const_data_ptr<float>();
  const BoundarySums before(result.boundaries, x.projection.size(0), x.v.size(2)),
      behind = before.like();
  base::with_isa([&](auto isa) {
    attend_pieces_backward(
        linear_tasks(spans, heads), before, behind,
        attend_features_scratch<isa()>(fused_shape(x, options, 0), x.q.size(2)),
        [&](const LinearTask& task, GradientPass pass, const GradientSums& sums, float* memory) {
          const std::int64_t row = task.first_row, head = task.head;
          attend_features_backward<isa()>(
              pass, fused_shape(x, options, task.length), features_of(x, options, row),
              read_head(x, task), out.at(row, head), denominators + head * tokens + row,
              slope.at(row, head), {q.at(row, head), k.at(row, head), v.at(row, head)}, sums,
              memory);
        });
  });
  return gradients;
}

// The same result in LibTorch's operators.
Tensor composed_features_of(const FusedInputs& x, const std::vector<Span>& spans,
                            const FusedOptions& options) {
  const Tensor q = random_query_features(x.q, x.projection, options.map),
               k = random_key_features(x.k, x.projection, options.map);
  LinearInputs features{q, k, q, k, x.v};
  if (x.cos.numel() > 0) {
    features.q = rope::rotate(q, {x.cos, x.sin}, options.layout);
    features.k = rope::rotate(k, {x.cos, x.sin}, options.layout);
  }
  return composed_linear_attention(features, spans, options.linear);
}

struct FusedFeatureAttention : torch::autograd::Function<FusedFeatureAttention> {
  static Tensor forward(AutogradContext* context, const Tensor& q, const Tensor& k, const Tensor& v,
                        const Tensor& projection, const Tensor& cos, const Tensor& sin,
                        const Tensor& spans, const FusedOptions& options) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const FusedInputs x{q, k, v, projection, cos, sin};
    const auto result = fused_features_forward(x, spans_of(spans), options, nullptr);
    // The features may be drawn anew before the gradient is asked for.
    context->save_for_backward({q, k, v, projection.clone(), cos, sin, spans, result.out,
                                result.denominators, result.boundaries});
    context->saved_data["map"] = static_cast<std::int64_t>(options.map);
    context->saved_data["layout"] = static_cast<std::int64_t>(options.layout);
    context->saved_data["epsilon"] = options.linear.epsilon;
    context->saved_data["feature_epsilon"] = options.feature_epsilon;
    return result.out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto& data = context->saved_data;
    const FusedOptions options{static_cast<RandomMap>(data.at("map").toInt()),
                               static_cast<rope::PairLayout>(data.at("layout").toInt()),
                               {data.at("epsilon").toDouble(), true},
                               data.at("feature_epsilon").toDouble()};
    const FusedInputs x{saved[0], saved[1], saved[2], saved[3], saved[4], saved[5]};
    const auto spans = spans_of(saved[6]);
    const auto composed = [&](const variable_list& y) {
      return composed_features_of({y[0], y[1], y[2], x.projection, x.cos, x.sin}, spans, options);
    };
    auto result = packed::gradient_is_differentiated()
                      ? packed::composed_gradients({x.q, x.k, x.v}, gradients[0], composed)
                      : fused_features_backward(x, {saved[7], saved[8], saved[9]},
                                                gradients[0].contiguous(), spans, options);
    result.resize(8);  // the other inputs have no gradient
    return result;
  }
};

// The kernel has no gradient for w and the angles.
bool only_inputs_are_learned(const FeatureMap& map,
                             const std::optional<rope::FeatureRotation>& rotation) {
  return !packed::wants_gradient({map->projection()}) &&
         !(rotation && packed::wants_gradient({rotation->angles.cos, rotation->angles.sin}));
}

bool fused_serves(const Tensor& q, const Tensor& k, const Tensor& v, const FeatureMap& map) {
  return map->is_random() &&
         std::ranges::all_of(std::initializer_list<Tensor>{q, k, v, map->projection()},
                             packed::is_float_on_cpu) &&
         q.sizes() == k.sizes() && k.size(0) == v.size(0) && k.size(1) == v.size(1);
}

void check_angles(const Tensor& q, const FeatureMap& map,
                  const std::optional<rope::FeatureRotation>& rotation) {
  if (!rotation) return;
  const std::int64_t features = map->feature_size(q.size(2));
  base::require(features % 2 == 0 && rotation->angles.cos.size(0) == q.size(0) &&
                    rotation->angles.cos.size(1) == features / 2,
                "[attention] expected angles ({}, {}) for the features of {} tokens but got "
                "({}, {})",
                q.size(0), features / 2, q.size(0), rotation->angles.cos.size(0),
                rotation->angles.cos.size(1));
}

}  // namespace

Tensor composed_feature_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                  const std::vector<Span>& spans, const FeatureMap& map,
                                  const std::optional<rope::FeatureRotation>& rotation,
                                  RecurrentLayer* state) {
  LinearInputs x = map->map(q, k, v, spans, state);
  if (rotation) {
    x.q = rope::rotate(x.q, rotation->angles, rotation->layout);
    x.k = rope::rotate(x.k, rotation->angles, rotation->layout);
  }
  return linear_attention(x, spans, map->options(), state);
}

Tensor feature_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                         const std::vector<Span>& spans, const FeatureMap& map,
                         const std::optional<rope::FeatureRotation>& rotation,
                         RecurrentLayer* state) {
  check_spans(spans, q.size(0), k.size(0));
  check_angles(q, map, rotation);
  if (packed::is_half_on_cpu(q))
    return feature_attention(packed::widened(q), packed::widened(k), packed::widened(v), spans, map,
                             rotation, state)
        .to(v.scalar_type());
  if (!looks_back(spans) || !fused_serves(q, k, v, map) || !only_inputs_are_learned(map, rotation))
    return composed_feature_attention(q, k, v, spans, map, rotation, state);
  const FusedOptions options{map->random_map(),
                             rotation ? rotation->layout : rope::PairLayout::interleaved,
                             map->options(), map->epsilon()};
  FusedInputs x{with_dense_rows(q), with_dense_rows(k), with_dense_rows(v),
                map->projection(),  torch::empty({0}),  torch::empty({0})};
  if (rotation) {
    x.cos = rotation->angles.cos.contiguous();
    x.sin = rotation->angles.sin.contiguous();
  }
  if (state == nullptr)
    return FusedFeatureAttention::apply(x.q, x.k, x.v, x.projection, x.cos, x.sin,
                                        spans_tensor(spans), options);
  const torch::NoGradGuard no_gradient;
  return fused_features_forward(x, spans, options, state).out;
}

}  // namespace roformer::attention
