#include "roformer/position/floater.h"

#include <torch/nn/module.h>
#include <torch/utils.h>

#include <algorithm>

#include "roformer/format/blank_weights.h"
#include "roformer/packed/wide_type.h"
#include "roformer/position/position_encoding.h"
#include "roformer/position/sinusoidal.h"
#include "roformer/position/tables.h"
#include "roformer/position/trajectory.h"

namespace roformer::position {
namespace {

using torch::Tensor;

// The curve grows by at least so many positions, since decoding asks for one more each time.
constexpr std::int64_t least_growth = 32;

Flow flow_of(const std::vector<Tensor>& parameters) {
  return {parameters[0], parameters[1], parameters[2], parameters[3]};
}

Tensor first_points(const std::vector<Tensor>& parameters) {
  const Tensor& initial = parameters[4];
  return initial.reshape({-1, initial.size(-1)});
}

class FloaterEncoding : public PositionEncoding {
 public:
  /// Throws Error for an odd embedding size, which has no sinusoid.
  explicit FloaterEncoding(const EncodingOptions& options)
      : sinusoid_(Sinusoidal::make(options)),
        at_input_(options.settings.floater_place == "input"),
        step_(options.settings.floater_step),
        refresh_(options.settings.floater_refresh),
        num_layers_(options.num_layers) {
    const std::int64_t size = options.hidden_size;
    for (const char* name : {"first", "second"}) {
      const auto product = add_product(*this, name, size + 1, size);
      parameters_.insert(parameters_.end(), {product.weight, product.bias});
    }
    std::vector<std::int64_t> shape = {num_layers_, size};
    if (!at_input_) shape.insert(shape.begin(), 3);
    parameters_.push_back(add_table(*this, "initial", shape));
    std::int64_t count = 1;
    for (const Tensor& parameter : parameters_) count += parameter.numel();
    kept_ =
        register_buffer("kept", format::new_weight({count}, [](Tensor& kept) { kept.zero_(); }));
  }

  /// Throws Error for a negative position.
  Positions prepare(const Tensor& position_ids, torch::ScalarType type) override {
    const std::int64_t length = length_of(position_ids);
    Positions positions = sinusoid_->prepare(position_ids, type);
    const Tensor points = curve(std::max<std::int64_t>(length, 1));
    // (1 or 3, T, d) a layer.
    const std::int64_t roles = at_input_ ? 1 : 3;
    for (const Tensor& layer :
         points.view({roles, num_layers_, points.size(1), points.size(2)}).unbind(1))
      positions.prepared.push_back(layer);
    return positions;
  }
  Tensor embed(const Tensor& x, const Tensor& tokens, const Positions& positions) const override {
    return sinusoid_->embed(x, tokens, positions);
  }
  Tensor enter_block(const Tensor& x, const Positions& positions,
                     std::int64_t layer) const override {
    if (!at_input_) return x;
    const Tensor& points = positions.prepared.at(static_cast<std::size_t>(layer) + 1);
    return x + points[0].index_select(0, positions.ids).to(x.scalar_type());
  }
  Tensor transform(const Tensor& x, const Positions& positions, Role role,
                   std::int64_t layer) const override {
    if (at_input_) return x;
    const Tensor& points = positions.prepared.at(static_cast<std::size_t>(layer) + 1);
    return x + points[static_cast<std::int64_t>(role)]
                   .index_select(0, positions.ids)
                   .view_as(x)
                   .to(x.scalar_type());
  }
  Tensor transform_packed(Tensor qkv, const Positions& positions,
                          std::int64_t layer) const override {
    if (at_input_) return qkv;
    const Tensor& points = positions.prepared.at(static_cast<std::size_t>(layer) + 1);
    return qkv + points.index_select(1, positions.ids)
                     .transpose(0, 1)
                     .reshape(qkv.sizes())
                     .to(qkv.scalar_type());
  }
  bool transforms() const override { return !at_input_; }
  void begin_update(std::int64_t update) override {
    is_due_ = update % refresh_ == 0;
    ++updates_;
    if (!is_due_ && kept_[0].item<double>() != 0) return;
    const torch::NoGradGuard no_gradient;
    std::vector<Tensor> parts = {torch::ones({1}, kept_.options())};
    for (const Tensor& parameter : parameters_) parts.push_back(parameter.flatten());
    kept_.copy_(torch::cat(parts));
  }

 private:
  // What a curve without gradient was made of.
  struct Source {
    std::int64_t update;
    std::vector<std::int64_t> versions;
    torch::ScalarType type;
    torch::Device device;
    bool operator==(const Source&) const = default;
  };

  Source source() const {
    std::vector<std::int64_t> versions = {kept_._version()};
    for (const Tensor& parameter : parameters_) versions.push_back(parameter._version());
    return {updates_, versions, kept_.scalar_type(), kept_.device()};
  }
  std::vector<Tensor> parameters_in_force() const {
    if (kept_[0].item<double>() == 0) return parameters_;
    std::vector<Tensor> kept;
    std::int64_t begin = 1;
    for (const Tensor& parameter : parameters_) {
      kept.push_back(kept_.narrow(0, begin, parameter.numel()).view(parameter.sizes()));
      begin += parameter.numel();
    }
    return kept;
  }
  Tensor curve(std::int64_t length) {
    if (!is_training() || !is_due_) return settled_curve(length);
    settled_source_.reset();  // this pass ends in an update
    return integrate_trajectory(flow_of(parameters_), first_points(parameters_), length, step_);
  }
  Tensor settled_curve(std::int64_t length) {
    const Source now = source();
    const bool goes_on = settled_source_ == now;
    if (goes_on && settled_.size(1) >= length) return settled_;
    const torch::NoGradGuard no_gradient;
    const std::vector<Tensor> parameters = parameters_in_force();
    if (!goes_on)
      settled_ = packed::widened(first_points(parameters)).detach().clone().unsqueeze(1);
    const std::int64_t done = settled_.size(1);
    const std::int64_t count = std::max(length - done, goes_on ? least_growth : 0);
    const Tensor others = continue_trajectory(flow_of(parameters), settled_.select(1, done - 1),
                                              done - 1, count, step_);
    settled_ = torch::cat({settled_, others}, 1);
    settled_source_ = now;
    return settled_;
  }

  std::shared_ptr<PositionEncoding> sinusoid_;
  bool at_input_;
  double step_;
  std::int64_t refresh_, num_layers_;
  std::vector<torch::Tensor> parameters_;  // of h, first to last, then p(0)
  torch::Tensor kept_;
  std::int64_t updates_ = 0;
  bool is_due_ = true;
  torch::Tensor settled_;  // the last curve without gradient, never in a half type
  std::optional<Source> settled_source_;
};

}  // namespace

std::shared_ptr<PositionEncoding> Floater::make(const EncodingOptions& options) {
  return std::make_shared<FloaterEncoding>(options);
}

}  // namespace roformer::position
