// φ of a chunk's queries and keys into scratch, where the loops of linear_chunks_kernel.h read it;
// their gradients go back through φ at once. Formulas: feature_map.h. With x scaled by
// s = D^(−1/4), P = s w x, and E = exp(P − s²|x|²/2 − c): φ = r (E + ε), dP = dφ r E, and
// dx = s wᵀ dP − s² x Σ dP. No gradient goes through c.
#include "roformer/attention/feature_attention_kernel.h"

#include "roformer/attention/linear_chunks_kernel.h"
#include "roformer/attention/random_features_kernel.h"
#include "roformer/rope/rotation_kernel.h"

namespace roformer::attention {
namespace {

constexpr auto this_isa = base::Isa::ROFORMER_KERNEL_ISA;

enum class Side { query, key };

// Features of a chunk: as the map gives them, for the denominator, and turned, for the numerator.
struct ChunkFeatures {
  float* plain;
  float* turned;  // the same memory as `plain` where nothing rotates
};

class MappedFeatures {
 public:
  MappedFeatures(const LinearShape& shape, const RandomFeatures& features,
                 const FeatureHead<const float>& head, const FeatureHead<float>& gradient,
                 Arena& arena)
      : shape_(shape),
        features_(features),
        head_(head),
        gradient_(gradient),
        stride_(padded(shape.features)),
        scale_(random_feature_scale(features.head_size)),
        share_(features.map == RandomMap::favor ? favor_share(shape.features) : 1) {
    const std::int64_t size = features.head_size, count = shape.features;
    columns_ = arena.take(packed_size(size, count));
    rows_ = arena.take(packed_size(count, size));
    pack_columns(features.projection, size, size, count, columns_);
    if (gradient.q.data != nullptr) pack_rows(features.projection, size, count, size, rows_);
    q_ = take_chunk(arena);
    k_ = take_chunk(arena);
    slopes_ = arena.take(chunk_rows * stride_);
    inputs_ = arena.take(chunk_rows * padded(size));
  }

  static std::int64_t scratch(const LinearShape& shape, std::int64_t head_size) {
    return packed_size(head_size, shape.features) + packed_size(shape.features, head_size) +
           5 * chunk_rows * padded(shape.features) + chunk_rows * padded(head_size) + 8 * lanes;
  }

  LinearHead<const float> read(std::int64_t first, std::int64_t count) {
    map_rows(head_.q.from(first), first, count, Side::query, q_);
    return read_keys(first, count);
  }

  LinearHead<const float> read_keys(std::int64_t first, std::int64_t count) {
    map_rows(head_.k.from(first), first, count, Side::key, k_);
    return {{q_.turned, stride_},
            {k_.turned, stride_},
            {q_.plain, stride_},
            {k_.plain, stride_},
            head_.v.from(first)};
  }

  void write_query_gradient(std::int64_t first, std::int64_t count, const float* numerator,
                            const float* denominator, std::int64_t) {
    write_gradient(first, count, numerator, denominator, q_.plain, head_.q.from(first),
                   gradient_.q.from(first));
  }

  void write_key_gradient(std::int64_t first, std::int64_t count, const float* numerator,
                          const float* denominator, std::int64_t) {
    write_gradient(first, count, numerator, denominator, k_.plain, head_.k.from(first),
                   gradient_.k.from(first));
  }

 private:
  ChunkFeatures take_chunk(Arena& arena) const {
    float* const plain = arena.take(chunk_rows * stride_);
    return {plain, features_.cos == nullptr ? plain : arena.take(chunk_rows * stride_)};
  }

  void map_rows(HeadMatrix<const float> x, std::int64_t first, std::int64_t count, Side side,
                const ChunkFeatures& target) const {
    product({x.data, x.stride, 1}, columns_, count, shape_.features, features_.head_size,
            target.plain, stride_, Store::overwrite);
    for (std::int64_t i = 0; i < count; ++i) {
      float* const row = target.plain + i * stride_;
      if (features_.map == RandomMap::relu) {
        rectify_features(row, shape_.features, scale_, features_.epsilon);
        continue;
      }
      const float square = dot_of(x.from(i).data, x.from(i).data, features_.head_size),
                  most = side == Side::query ? scale_ * largest_of_row(row, shape_.features) : 0;
      exponentiate_features(row, shape_.features, scale_, 0.5f * scale_ * scale_ * square + most,
                            largest_key_exponent, features_.epsilon, share_);
    }
    if (features_.cos != nullptr)
      turn(target.plain, target.turned, first, count, rope::Direction::forward);
  }

  void turn(const float* source, float* target, std::int64_t first, std::int64_t count,
            rope::Direction direction) const {
    const std::int64_t half = shape_.features / 2;
    rope::RotationTask<float, float> task;
    task.source = {source, stride_, stride_};
    task.target = {target, stride_, stride_};
    task.cos = features_.cos + first * half;
    task.sin = features_.sin + first * half;
    task.heads = 1;
    task.head_size = task.rotary_dim = shape_.features;
    task.layout = features_.layout;
    task.direction = direction;
    rope::rotate_rows<this_isa>(task, 0, count);
  }

  // From the gradients of turned and plain features to that of x.
  void write_gradient(std::int64_t first, std::int64_t count, const float* numerator,
                      const float* denominator, const float* plain, HeadMatrix<const float> x,
                      HeadMatrix<float> target) const {
    const float* turned_back = numerator;
    if (features_.cos != nullptr) {
      turn(numerator, slopes_, first, count, rope::Direction::inverse);
      turned_back = slopes_;
    }
    const std::int64_t size = features_.head_size, input_stride = padded(size);
    for (std::int64_t i = 0; i < count; ++i) {
      const float sum = product_slope(turned_back + i * stride_,
                                      denominator == nullptr ? nullptr : denominator + i * stride_,
                                      plain + i * stride_, slopes_ + i * stride_);
      scale_row(x.from(i).data, -scale_ * scale_ * sum, size, inputs_ + i * input_stride);
    }
    product_of_rows({slopes_, stride_, 1}, rows_, shape_.features, 0, count, size, shape_.features,
                    inputs_, input_stride, Store::accumulate);
    copy_to_head(inputs_, input_stride, target, count, size);
  }

  // slopes := s dP of one row; returns Σ dP through |x|², which relu's map has not.
  float product_slope(const float* numerator, const float* denominator, const float* plain,
                      float* slopes) const {
    const float floor = features_.epsilon * share_;
    const float ceiling = share_ * __builtin_expf(largest_key_exponent) * 0.999f;
    const bool exponential = features_.map == RandomMap::favor;
    float sum = 0;
    for (std::int64_t j = 0; j < shape_.features; ++j) {
      const float slope = numerator[j] + (denominator == nullptr ? 0 : denominator[j]);
      const float value = plain[j] - floor;
      const float factor = exponential ? (value < ceiling ? value : 0) : (value > 0 ? 1.0f : 0.0f);
      slopes[j] = slope * factor * scale_;
      sum += slope * factor;
    }
    return exponential ? sum : 0;
  }

  LinearShape shape_;
  RandomFeatures features_;
  FeatureHead<const float> head_;
  FeatureHead<float> gradient_;
  std::int64_t stride_;
  float scale_, share_;
  float *columns_, *rows_;  // w as the right side of products: transposed, and as it is
  ChunkFeatures q_, k_;
  float *slopes_, *inputs_;
};

}  // namespace

template <base::Isa>
std::int64_t attend_features_scratch(const LinearShape& shape, std::int64_t head_size) {
  const std::int64_t forward = attend_chunks_scratch(shape), back = chunk_gradient_scratch(shape);
  return MappedFeatures::scratch(shape, head_size) + (forward > back ? forward : back);
}

template <base::Isa>
void sum_features(const LinearShape& shape, const RandomFeatures& features,
                  const FeatureHead<const float>& head, const LinearSums& sums, float* scratch) {
  Arena arena{scratch};
  MappedFeatures source(shape, features, head, {}, arena);
  sum_chunks(shape, source, sums, arena);
}

template <base::Isa>
void attend_features(const LinearShape& shape, const RandomFeatures& features,
                     const FeatureHead<const float>& head, const LinearSums& sums,
                     HeadMatrix<float> out, float* denominators, float* scratch) {
  Arena arena{scratch};
  MappedFeatures source(shape, features, head, {}, arena);
  attend_chunks(shape, source, sums, out, denominators, arena);
}

template <base::Isa>
void attend_features_backward(GradientPass pass, const LinearShape& shape,
                              const RandomFeatures& features, const FeatureHead<const float>& head,
                              HeadMatrix<const float> out, const float* denominators,
                              HeadMatrix<const float> out_gradient,
                              const FeatureHead<float>& gradient, const GradientSums& sums,
                              float* scratch) {
  Arena arena{scratch};
  MappedFeatures source(shape, features, head, gradient, arena);
  const OutputSlope slope{out, out_gradient, denominators};
  if (pass == GradientPass::queries) return query_gradient(shape, source, slope, sums, arena);
  key_gradient(shape, source, slope, gradient.v, sums.begin, arena);
}

template std::int64_t attend_features_scratch<this_isa>(const LinearShape&, std::int64_t);
template void sum_features<this_isa>(const LinearShape&, const RandomFeatures&,
                                     const FeatureHead<const float>&, const LinearSums&, float*);
template void attend_features<this_isa>(const LinearShape&, const RandomFeatures&,
                                        const FeatureHead<const float>&, const LinearSums&,
                                        HeadMatrix<float>, float*, float*);
template void attend_features_backward<this_isa>(GradientPass, const LinearShape&,
                                                 const RandomFeatures&,
                                                 const FeatureHead<const float>&,
                                                 HeadMatrix<const float>, const float*,
                                                 HeadMatrix<const float>, const FeatureHead<float>&,
                                                 const GradientSums&, float*);

}  // namespace roformer::attention
