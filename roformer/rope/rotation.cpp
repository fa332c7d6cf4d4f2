#include "roformer/rope/rotation.h"

#include <ATen/MemoryOverlap.h>
#include <ATen/Parallel.h>
#include <fmt/ranges.h>
#include <torch/autograd.h>
#include <torch/library.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/rope/rotation_kernel.h"

namespace roformer::rope {
namespace {

using torch::Tensor;

// Tokens a thread takes at once: 32 tokens of 2 × 12 heads of 64 floats are 200 kB, well above the
// cost of a fork.
constexpr std::int64_t grain_floats = 32 * 1024;

// "(2, 12, 64)".
std::string shape_of(const Tensor& x) {
  return fmt::format("({})", fmt::join(x.sizes(), ", "));
}

// Shapes become words only where they are wrong: this stands before every rotation.
void check_axes(const Tensor& x, const Tensor& cos) {
  constexpr auto expected =
      "[rope] expected a tensor (tokens, heads, head_size): the first axis is the tokens, ";
  if (x.dim() < 2) base::fail("{}but got {}", expected, shape_of(x));
  if (cos.size(0) != x.size(0))
    base::fail("{}but got {} and angles of {} tokens", expected, shape_of(x), cos.size(0));
}

void check_shapes(const Tensor& x, const Tensor& cos, const Tensor& sin) {
  if (cos.dim() != 2 || sin.sizes() != cos.sizes())
    base::fail("[rope] expected cos and sin (tokens, pairs) of one shape but got {} and {}",
               shape_of(cos), shape_of(sin));
  check_axes(x, cos);
  base::require(2 * cos.size(1) <= x.size(-1),
                "[rope] expected angles of at most {} pairs for heads of {} but got {}",
                x.size(-1) / 2, x.size(-1), cos.size(1));
  const auto type = x.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
  base::require(cos.scalar_type() == type && sin.scalar_type() == type,
                "[rope] expected angles of type {} for {} but got {}", c10::toString(type),
                c10::toString(x.scalar_type()),
                c10::toString((cos.scalar_type() == type ? sin : cos).scalar_type()));
}

// Whether two numbers of x, of at least one, lie in one place. `strides` and `sizes` of LibTorch tell
// that of most tensors; the places of the others are counted.
bool overlaps_itself(const Tensor& x) {
  const auto known = at::has_internal_overlap(x);
  if (known != at::MemOverlap::TooHard) return known == at::MemOverlap::Yes;
  std::vector<std::pair<std::int64_t, std::int64_t>> axes;  // stride, size
  for (std::int64_t i = 0; i < x.dim(); ++i) {
    if (x.size(i) > 1) axes.emplace_back(x.stride(i), x.size(i));
  }
  std::sort(axes.begin(), axes.end());
  std::int64_t reach = 0;
  bool apart = true;  // each axis steps over all that the shorter steps reach
  for (const auto& [stride, size] : axes) {
    apart = apart && stride > reach;
    reach += stride * (size - 1);
  }
  if (apart) return false;
  Tensor places = torch::zeros({1}, torch::kInt64);
  for (const auto& [stride, size] : axes)
    places = (places.unsqueeze(1) + torch::arange(size) * stride).flatten();
  return std::get<0>(at::_unique(places)).numel() < places.numel();
}

// Some numbers would turn twice, or not, as the threads have it.
void check_places(const Tensor& x) {
  if (x.numel() > 0 && overlaps_itself(x))
    base::fail(
        "[rope] expected a tensor with a place in memory for each number, to rotate it in "
        "place, but got {} with strides ({}): clone() it first",
        shape_of(x), fmt::join(x.strides(), ", "));
}

// x (N, …, D) seen as (N, heads, D) without a copy, or undefined if its strides do not allow that.
Tensor as_head_rows(const Tensor& x) {
  if (x.numel() == 0 || x.stride(-1) != 1) return {};
  if (x.dim() == 2) return x.unsqueeze(1);
  if (x.dim() == 3) return x;
  for (std::int64_t i = 1; i + 2 < x.dim(); ++i) {
    if (x.size(i) != 1 && x.stride(i) != x.stride(i + 1) * x.size(i + 1)) return {};
  }
  return x.as_strided({x.size(0), x.numel() / (x.size(0) * x.size(-1)), x.size(-1)},
                      {x.stride(0), x.stride(-2), 1});
}

template <typename Scalar, typename Angle>
void run_kernel(const Tensor& source, const Tensor& target, const Tensor& cos, const Tensor& sin,
                PairLayout layout, Direction direction) {
  RotationTask<Scalar, Angle> task;
  task.source = {static_cast<const Scalar*>(source.const_data_ptr()), source.stride(0),
                 source.stride(1)};
  task.target = {static_cast<Scalar*>(target.data_ptr()), target.stride(0), target.stride(1)};
  task.cos = cos.const_data_ptr<Angle>();
  task.sin = sin.const_data_ptr<Angle>();
  task.heads = source.size(1);
  task.head_size = source.size(2);
  task.rotary_dim = 2 * cos.size(1);
  task.layout = layout;
  task.direction = direction;
  const std::int64_t grain =
      std::max<std::int64_t>(1, grain_floats / (task.heads * task.head_size));
  base::with_isa([&](auto isa) {
    at::parallel_for(0, source.size(0), grain, [&](std::int64_t begin, std::int64_t end) {
      rotate_rows<isa()>(task, begin, end);
    });
  });
}

// source and target (N, heads, D) of one shape and type.
void rotate_rows_on_cpu(const Tensor& source, const Tensor& target, const Tensor& cos,
                        const Tensor& sin, PairLayout layout, Direction direction) {
  switch (source.scalar_type()) {
    case torch::kFloat32:
      return run_kernel<float, float>(source, target, cos, sin, layout, direction);
    case torch::kFloat64:
      return run_kernel<double, double>(source, target, cos, sin, layout, direction);
    case torch::kBFloat16:
      return run_kernel<BFloat16Bits, float>(source, target, cos, sin, layout, direction);
    case torch::kHalf:
      return run_kernel<HalfBits, float>(source, target, cos, sin, layout, direction);
    default:
      base::fail("[rope] expected float32, float64, bfloat16 or half but got {}",
                 c10::toString(source.scalar_type()));
  }
}

PairLayout layout_of(bool interleaved) {
  return interleaved ? PairLayout::interleaved : PairLayout::half_split;
}
Direction direction_of(bool inverse) {
  return inverse ? Direction::inverse : Direction::forward;
}

// --- kernels of the operators, below autograd

Tensor& rotate_in_place_cpu(Tensor& x, const Tensor& cos, const Tensor& sin, bool interleaved,
                            bool inverse) {
  check_shapes(x, cos, sin);
  check_places(x);
  if (x.numel() == 0 || cos.numel() == 0) return x;
  const Tensor rows = as_head_rows(x);
  if (!rows.defined()) {  // odd strides: by way of a contiguous copy
    Tensor copy = x.contiguous();
    if (copy.is_same(x)) copy = x.clone();
    return x.copy_(rotate_in_place_cpu(copy, cos, sin, interleaved, inverse));
  }
  rotate_rows_on_cpu(rows, rows, cos.contiguous(), sin.contiguous(), layout_of(interleaved),
                     direction_of(inverse));
  return x;
}

Tensor rotate_cpu(const Tensor& x, const Tensor& cos, const Tensor& sin, bool interleaved,
                  bool inverse) {
  check_shapes(x, cos, sin);
  Tensor result = torch::empty(x.sizes(), x.options());
  if (x.numel() == 0) return result;
  const Tensor source = as_head_rows(x);
  if (!source.defined() || cos.numel() == 0) {
    result.copy_(x);
    return rotate_in_place_cpu(result, cos, sin, interleaved, inverse);
  }
  rotate_rows_on_cpu(source, as_head_rows(result), cos.contiguous(), sin.contiguous(),
                     layout_of(interleaved), direction_of(inverse));
  return result;
}

Tensor& rotate_packed_in_place(Tensor& qkv, const Tensor& cos, const Tensor& sin, bool interleaved,
                               bool inverse, std::int64_t parts,
                               decltype(rotate_in_place_cpu) rotate_view) {
  if (qkv.dim() != 4 || qkv.size(1) != 3)
    base::fail("[rope] expected a packed buffer (tokens, 3, heads, head_size) but got {}",
               shape_of(qkv));
  base::require(parts >= 0 && parts <= 3, "[rope] expected 0 to 3 rotated parts but got {}", parts);
  check_places(qkv);
  Tensor rotated = qkv.narrow(1, 0, parts);
  rotate_view(rotated, cos, sin, interleaved, inverse);
  return qkv;
}

Tensor& rotate_packed_cpu(Tensor& qkv, const Tensor& cos, const Tensor& sin, bool interleaved,
                          bool inverse, std::int64_t parts) {
  return rotate_packed_in_place(qkv, cos, sin, interleaved, inverse, parts, rotate_in_place_cpu);
}

// Any other device: the composed form.
Tensor rotate_any(const Tensor& x, const Tensor& cos, const Tensor& sin, bool interleaved,
                  bool inverse) {
  return rotate_composed(x, {cos, sin}, layout_of(interleaved), direction_of(inverse));
}

Tensor& rotate_in_place_any(Tensor& x, const Tensor& cos, const Tensor& sin, bool interleaved,
                            bool inverse) {
  check_places(x);
  return x.copy_(rotate_any(x, cos, sin, interleaved, inverse));
}

Tensor& rotate_packed_any(Tensor& qkv, const Tensor& cos, const Tensor& sin, bool interleaved,
                          bool inverse, std::int64_t parts) {
  return rotate_packed_in_place(qkv, cos, sin, interleaved, inverse, parts, rotate_in_place_any);
}

// --- calls through the dispatcher

template <typename Signature>
c10::TypedOperatorHandle<Signature> find_operator(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

Tensor dispatch_rotate(const Tensor& x, const Tensor& cos, const Tensor& sin, bool interleaved,
                       bool inverse) {
  static const auto op = find_operator<decltype(rotate_cpu)>("roformer::rotate");
  return op.call(x, cos, sin, interleaved, inverse);
}

Tensor& dispatch_rotate_(Tensor& x, const Tensor& cos, const Tensor& sin, bool interleaved,
                         bool inverse) {
  static const auto op = find_operator<decltype(rotate_in_place_cpu)>("roformer::rotate_");
  return op.call(x, cos, sin, interleaved, inverse);
}

Tensor& dispatch_rotate_packed_(Tensor& qkv, const Tensor& cos, const Tensor& sin, bool interleaved,
                                bool inverse, std::int64_t parts) {
  static const auto op = find_operator<decltype(rotate_packed_cpu)>("roformer::rotate_packed_");
  return op.call(qkv, cos, sin, interleaved, inverse, parts);
}

// --- autograd

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The first and the second numbers of the pairs that turn, (N, …, R / 2) each, in the angles' type:
// half types turn in float32.
std::pair<Tensor, Tensor> pairs_of(const Tensor& x, const Tensor& cos, PairLayout layout) {
  const std::int64_t pairs = cos.size(1);
  const Tensor turning = x.narrow(-1, 0, 2 * pairs).to(cos.scalar_type());
  if (layout == PairLayout::half_split)
    return {turning.narrow(-1, 0, pairs), turning.narrow(-1, pairs, pairs)};
  const auto both = turning.unflatten(-1, {pairs, 2}).unbind(-1);
  return {both[0], both[1]};
}

// The gradients of cos and sin, (N, R / 2) each: what turned by an angle is summed.
std::pair<Tensor, Tensor> angle_gradients(const Tensor& x, const Tensor& slope, const Tensor& cos,
                                          PairLayout layout, Direction direction) {
  const auto [first, second] = pairs_of(x, cos, layout);
  const auto [first_slope, second_slope] = pairs_of(slope, cos, layout);
  const auto of_token = [](const Tensor& y) { return y.dim() == 2 ? y : y.flatten(1, -2).sum(1); };
  const Tensor of_sin = of_token(first * second_slope - second * first_slope);
  return {of_token(first * first_slope + second * second_slope),
          direction == Direction::forward ? of_sin : -of_sin};
}

// `x` is undefined unless the angles have a gradient.
void keep_angles(AutogradContext* context, const Tensor& cos, const Tensor& sin, bool interleaved,
                 bool inverse, const Tensor& x = {}) {
  context->save_for_backward({cos, sin, x});
  context->saved_data["interleaved"] = interleaved;
  context->saved_data["inverse"] = inverse;
}

template <bool in_place>
struct RotateFunction : torch::autograd::Function<RotateFunction<in_place>> {
  static Tensor forward(AutogradContext* context, Tensor x, const Tensor& cos, const Tensor& sin,
                        bool interleaved, bool inverse) {
    const bool angles_learn = !in_place && (cos.requires_grad() || sin.requires_grad());
    keep_angles(context, cos, sin, interleaved, inverse, angles_learn ? x : Tensor());
    const at::AutoDispatchBelowADInplaceOrView guard;
    if constexpr (!in_place) return dispatch_rotate(x, cos, sin, interleaved, inverse);
    dispatch_rotate_(x, cos, sin, interleaved, inverse);
    context->mark_dirty({x});
    return x;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const bool interleaved = context->saved_data["interleaved"].toBool(),
               inverse = context->saved_data["inverse"].toBool();
    variable_list result(5);
    if (context->needs_input_grad(0))
      result[0] = dispatch_rotate(gradients[0], saved[0], saved[1], interleaved, !inverse);
    if (saved[2].defined())
      std::tie(result[1], result[2]) = angle_gradients(
          saved[2], gradients[0], saved[0], layout_of(interleaved), direction_of(inverse));
    return result;
  }
};

struct RotatePackedFunction : torch::autograd::Function<RotatePackedFunction> {
  static Tensor forward(AutogradContext* context, Tensor qkv, const Tensor& cos, const Tensor& sin,
                        bool interleaved, bool inverse, std::int64_t parts) {
    keep_angles(context, cos, sin, interleaved, inverse);
    context->saved_data["parts"] = parts;
    const at::AutoDispatchBelowADInplaceOrView guard;
    dispatch_rotate_packed_(qkv, cos, sin, interleaved, inverse, parts);
    context->mark_dirty({qkv});
    return qkv;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    // The gradient is ours to overwrite when nobody else holds it, as AccumulateGrad decides too.
    Tensor gradient = std::move(gradients[0]);
    const bool shared = gradient.use_count() > 1 || gradient.storage().use_count() > 1;
    if (shared || !gradient.is_contiguous() || torch::GradMode::is_enabled())
      gradient = gradient.clone();
    dispatch_rotate_packed_(
        gradient, saved[0], saved[1], context->saved_data["interleaved"].toBool(),
        !context->saved_data["inverse"].toBool(), context->saved_data["parts"].toInt());
    return {gradient, Tensor(), Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

Tensor rotate_autograd(const Tensor& x, const Tensor& cos, const Tensor& sin, bool interleaved,
                       bool inverse) {
  return RotateFunction<false>::apply(x, cos, sin, interleaved, inverse);
}

// What turned is needed for the gradient of the angles, so a copy of it turns.
Tensor& rotate_copy_in_place(Tensor& x, const Tensor& cos, const Tensor& sin, bool interleaved,
                             bool inverse) {
  check_places(x);
  return x.copy_(dispatch_rotate(x.clone(), cos, sin, interleaved, inverse));
}

Tensor& rotate_in_place_autograd(Tensor& x, const Tensor& cos, const Tensor& sin, bool interleaved,
                                 bool inverse) {
  if (packed::wants_gradient({cos, sin}))
    return rotate_copy_in_place(x, cos, sin, interleaved, inverse);
  RotateFunction<true>::apply(x, cos, sin, interleaved, inverse);
  return x;
}

Tensor& rotate_packed_autograd(Tensor& qkv, const Tensor& cos, const Tensor& sin, bool interleaved,
                               bool inverse, std::int64_t parts) {
  if (packed::wants_gradient({cos, sin}))
    return rotate_packed_in_place(qkv, cos, sin, interleaved, inverse, parts, rotate_copy_in_place);
  RotatePackedFunction::apply(qkv, cos, sin, interleaved, inverse, parts);
  return qkv;
}

std::tuple<Tensor, Tensor> angles_for_python(const Tensor& position_ids, std::int64_t rotary_dim,
                                             double base, torch::ScalarType type) {
  const Angles result = angles(position_ids, rotary_dim, base, type);
  return {result.cos, result.sin};
}

TORCH_LIBRARY(roformer, library) {
  library.def(
      "rotate(Tensor x, Tensor cos, Tensor sin, bool interleaved=True, bool inverse=False) -> "
      "Tensor");
  library.def(
      "rotate_(Tensor(a!) x, Tensor cos, Tensor sin, bool interleaved=True, bool inverse=False) -> "
      "Tensor(a!)");
  library.def(
      "rotate_packed_(Tensor(a!) qkv, Tensor cos, Tensor sin, bool interleaved=True, bool "
      "inverse=False, int parts=2)"
      " -> Tensor(a!)");
  library.def(
      "rope_angles(Tensor position_ids, int rotary_dim, float base=10000., ScalarType type=float) "
      "-> (Tensor, Tensor)",
      angles_for_python);
}

TORCH_LIBRARY_IMPL(roformer, CPU, library) {
  library.impl("rotate", rotate_cpu);
  library.impl("rotate_", rotate_in_place_cpu);
  library.impl("rotate_packed_", rotate_packed_cpu);
}

TORCH_LIBRARY_IMPL(roformer, CompositeExplicitAutograd, library) {
  library.impl("rotate", rotate_any);
  library.impl("rotate_", rotate_in_place_any);
  library.impl("rotate_packed_", rotate_packed_any);
}

TORCH_LIBRARY_IMPL(roformer, Autograd, library) {
  library.impl("rotate", rotate_autograd);
  library.impl("rotate_", rotate_in_place_autograd);
  library.impl("rotate_packed_", rotate_packed_autograd);
}

}  // namespace

Tensor rotate(const Tensor& x, const Angles& angles, PairLayout layout, Direction direction) {
  return dispatch_rotate(x, angles.cos, angles.sin, layout == PairLayout::interleaved,
                         direction == Direction::inverse);
}

Tensor rotate_(Tensor x, const Angles& angles, PairLayout layout, Direction direction) {
  return dispatch_rotate_(x, angles.cos, angles.sin, layout == PairLayout::interleaved,
                          direction == Direction::inverse);
}

Tensor rotate_packed_(Tensor qkv, const Angles& angles, PairLayout layout, std::int64_t parts) {
  return dispatch_rotate_packed_(qkv, angles.cos, angles.sin, layout == PairLayout::interleaved,
                                 false, parts);
}

Tensor rotate_composed(const Tensor& x, const Angles& angles, PairLayout layout,
                       Direction direction) {
  check_shapes(x, angles.cos, angles.sin);
  const std::int64_t rotary_dim = 2 * angles.cos.size(1);
  const auto [first, second] = pairs_of(x, angles.cos, layout);
  std::vector<std::int64_t> shape(x.dim(), 1);
  shape.front() = x.size(0);
  shape.back() = rotary_dim / 2;
  const Tensor cos = angles.cos.view(shape);
  const Tensor sin =
      direction == Direction::forward ? angles.sin.view(shape) : -angles.sin.view(shape);
  const std::vector<Tensor> turned = {first * cos - second * sin, second * cos + first * sin};
  const Tensor rotated = (layout == PairLayout::interleaved ? torch::stack(turned, -1).flatten(-2)
                                                            : torch::cat(turned, -1))
                             .to(x.scalar_type());  // half types round once, as in the kernel
  if (rotary_dim == x.size(-1)) return rotated;
  return torch::cat({rotated, x.narrow(-1, rotary_dim, x.size(-1) - rotary_dim)}, -1);
}

// Eq. 15 written out: 2 × 2 rotations along the diagonal.
Tensor rotation_matrix(std::int64_t position, std::int64_t head_size, double base) {
  const auto frequencies = plain_frequencies(head_size, base);
  auto matrix = torch::zeros({head_size, head_size}, torch::kFloat64);
  auto entries = matrix.accessor<double, 2>();
  for (std::int64_t i = 0; i < head_size / 2; ++i) {
    const double angle = static_cast<double>(position) * frequencies[static_cast<std::size_t>(i)];
    entries[2 * i][2 * i] = entries[2 * i + 1][2 * i + 1] = std::cos(angle);
    entries[2 * i][2 * i + 1] = -std::sin(angle);
    entries[2 * i + 1][2 * i] = std::sin(angle);
  }
  return matrix;
}

}  // namespace roformer::rope
