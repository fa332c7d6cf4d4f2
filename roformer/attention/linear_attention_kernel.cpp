// Features that are given as tensors; the loops over chunks are in linear_chunks_kernel.h.
#include "roformer/attention/linear_attention_kernel.h"

#include "roformer/attention/linear_chunks_kernel.h"

namespace roformer::attention {
namespace {

class GivenFeatures {
 public:
  explicit GivenFeatures(const LinearShape& shape, const LinearHead<const float>& head,
                         const LinearHead<float>& gradient = {})
      : features_(shape.features), head_(head), gradient_(gradient) {}

  LinearHead<const float> read(std::int64_t first, std::int64_t) const {
    return {head_.q.from(first), head_.k.from(first), head_.q_norm.from(first),
            head_.k_norm.from(first), head_.v.from(first)};
  }
  LinearHead<const float> read_keys(std::int64_t first, std::int64_t count) const {
    return read(first, count);
  }

  void write_query_gradient(std::int64_t first, std::int64_t count, const float* numerator,
                            const float* denominator, std::int64_t stride) const {
    copy_to_head(numerator, stride, gradient_.q.from(first), count, features_);
    if (denominator != nullptr)
      copy_to_head(denominator, stride, gradient_.q_norm.from(first), count, features_);
  }
  void write_key_gradient(std::int64_t first, std::int64_t count, const float* numerator,
                          const float* denominator, std::int64_t stride) const {
    copy_to_head(numerator, stride, gradient_.k.from(first), count, features_);
    if (denominator != nullptr)
      copy_to_head(denominator, stride, gradient_.k_norm.from(first), count, features_);
  }

 private:
  std::int64_t features_;
  LinearHead<const float> head_;
  LinearHead<float> gradient_;
};

}  // namespace

template <base::Isa>
std::int64_t attend_linear_scratch(const LinearShape& shape) {
  return attend_chunks_scratch(shape);
}

template <base::Isa>
void sum_linear(const LinearShape& shape, const LinearHead<const float>& head,
                const LinearSums& sums, float* scratch) {
  GivenFeatures source(shape, head);
  sum_chunks(shape, source, sums, {scratch});
}

template <base::Isa>
void attend_linear(const LinearShape& shape, const LinearHead<const float>& head,
                   const LinearSums& sums, HeadMatrix<float> out, float* denominators,
                   float* scratch) {
  GivenFeatures source(shape, head);
  attend_chunks(shape, source, sums, out, denominators, {scratch});
}

template <base::Isa>
std::int64_t attend_linear_backward_scratch(const LinearShape& shape) {
  return chunk_gradient_scratch(shape);
}

template <base::Isa>
void attend_linear_backward(GradientPass pass, const LinearShape& shape,
                            const LinearHead<const float>& head, HeadMatrix<const float> out,
                            const float* denominators, HeadMatrix<const float> out_gradient,
                            const LinearHead<float>& gradient, const GradientSums& sums,
                            float* scratch) {
  GivenFeatures source(shape, head, gradient);
  const OutputSlope slope{out, out_gradient, denominators};
  if (pass == GradientPass::queries) return query_gradient(shape, source, slope, sums, {scratch});
  key_gradient(shape, source, slope, gradient.v, sums.begin, {scratch});
}

constexpr auto isa = base::Isa::ROFORMER_KERNEL_ISA;
template std::int64_t attend_linear_scratch<isa>(const LinearShape&);
template void sum_linear<isa>(const LinearShape&, const LinearHead<const float>&, const LinearSums&,
                              float*);
template void attend_linear<isa>(const LinearShape&, const LinearHead<const float>&,
                                 const LinearSums&, HeadMatrix<float>, float*, float*);
template std::int64_t attend_linear_backward_scratch<isa>(const LinearShape&);
template void attend_linear_backward<isa>(GradientPass, const LinearShape&,
                                          const LinearHead<const float>&, HeadMatrix<const float>,
                                          const float*, HeadMatrix<const float>,
                                          const LinearHead<float>&, const GradientSums&, float*);

}  // namespace roformer::attention
