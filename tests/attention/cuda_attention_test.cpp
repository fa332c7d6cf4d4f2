// tests of attention/ on a GPU, where one is: half types are summed in float32 there too, and a second
// derivative is that of the composed form.
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/attention/linear_attention.h"
#include "roformer/attention/packed_attention.h"
#include "tests/packed/second_gradients.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

class CudaAttention : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!torch::cuda::is_available()) GTEST_SKIP() << "no GPU here";
    torch::manual_seed(21);
  }
};

std::vector<Span> cuda_spans(const std::vector<std::int32_t>& offsets, Visibility visibility) {
  return self_spans(torch::tensor(offsets, torch::kInt32), offsets.back(), visibility);
}

LinearInputs shared_features(const Tensor& q, const Tensor& k, const Tensor& v) {
  return {q, k, q, k, v};
}

constexpr std::pair<torch::ScalarType, double> kHalfTypes[] = {{torch::kBFloat16, 4e-3},
                                                               {torch::kHalf, 5e-4}};

TEST_F(CudaAttention, HalfTypesAreRoundedOnce) {
  const auto spans = cuda_spans({0, 120, 153, 653}, Visibility::two_sided);
  const AttentionOptions options{0.125, 0, 0};
  const Tensor values = torch::randn({653, 3, 2, 64});
  values.slice(1, 0, 2).mul_(std::sqrt(10.0));
  for (const auto& [type, tolerance] : kHalfTypes) {
    const Tensor qkv = values.to(type).cuda().set_requires_grad(true);
    const Tensor exact = values.to(type).to(torch::kFloat64).set_requires_grad(true);
    const Tensor out = packed_self_attention(qkv, spans, options);
    const auto parts = exact.unbind(1);
    const Tensor expected = composed_attention(parts[0], parts[1], parts[2], spans, options);
    EXPECT_LE(packed::relative_gap(out.cpu(), expected), tolerance);
    const Tensor gradient = torch::autograd::grad({out.sum()}, {qkv})[0];
    const Tensor exact_gradient = torch::autograd::grad({expected.sum()}, {exact})[0];
    EXPECT_LE(packed::relative_gap(gradient.cpu(), exact_gradient), tolerance);
  }
}

// 9,000 tokens: half's running sums would overflow on the way, bfloat16's stand still.
TEST_F(CudaAttention, LinearHalfTypesAreSummedInFloat32) {
  const Tensor q = torch::rand({9000, 1, 16}) * 20 + 1, k = torch::rand({9000, 1, 16}) * 20 + 1;
  const Tensor v = torch::randn({9000, 1, 8}) + 3;
  for (const auto visibility : {Visibility::causal, Visibility::two_sided}) {
    const auto spans = cuda_spans({0, 8000, 9000}, visibility);
    for (const auto& [type, tolerance] : kHalfTypes) {
      const Tensor parts[] = {q.to(type), k.to(type), v.to(type)};
      const Tensor out = linear_attention(
          shared_features(parts[0].cuda(), parts[1].cuda(), parts[2].cuda()), spans, {1e-6, true});
      const Tensor expected = composed_linear_attention(
          shared_features(parts[0].to(torch::kFloat64), parts[1].to(torch::kFloat64),
                          parts[2].to(torch::kFloat64)),
          spans, {1e-6, true});
      EXPECT_LE(packed::relative_gap(out.cpu(), expected), tolerance);
      EXPECT_LE(packed::relative_gap(out.slice(0, 7999, 8000).cpu(), expected.slice(0, 7999, 8000)),
                2 * tolerance);
    }
  }
}

TEST_F(CudaAttention, SecondGradientsAreThoseOfTheComposedForm) {
  for (const auto visibility : {Visibility::two_sided, Visibility::causal}) {
    const auto spans = cuda_spans({0, 9, 10, 27}, visibility);
    const AttentionOptions options{0.3, 0, 0};
    const auto random = [] { return torch::randn({27, 2, 12}).cuda(); };
    packed::expect_second_gradients(
        [&](const auto& in) { return packed_attention(in[0], in[1], in[2], spans, options); },
        [&](const auto& in) { return composed_attention(in[0], in[1], in[2], spans, options); },
        {random(), random(), random()}, 1e-5);
    const auto linear = [&](const auto& attend) -> packed::Operator {
      return [&, attend](const auto& in) {
        return attend(shared_features(in[0].square(), in[1].square(), in[2]), spans, {1e-6, true},
                      nullptr);
      };
    };
    packed::expect_second_gradients(linear(linear_attention), linear(composed_linear_attention),
                                    {random(), random(), random()}, 1e-5);
  }
}

}  // namespace
}  // namespace roformer::attention
