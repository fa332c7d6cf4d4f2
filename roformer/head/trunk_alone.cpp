#include "roformer/head/trunk_alone.h"

#include <type_traits>

namespace roformer::head {

const Description& trunk_alone() {
  static const Description description{
      .classes = {{"roformer", "RoFormerModel"}, {"bert", "BertModel"}},
      // A BertModel has a pooler unless it was made without.
      .weights =
          [](const Holdings& holdings) {
            const bool pooled = holdings.config.model_type == "bert" || holdings.has(kPoolerWeight);
            return pooled ? std::vector<std::string>{kPoolerWeight} : std::vector<std::string>();
          },
      .words =
          [](const Holdings& holdings) {
            return holdings.has(kPoolerWeight) ? std::vector<std::string>{"pooler"}
                                               : std::vector<std::string>();
          },
      .make =
          [](const Holdings& holdings) {
            return holdings.has(kPoolerWeight)
                       ? make_model<TrunkAloneImpl<model::PooledEncoderImpl>>(holdings)
                       : make_model<TrunkAloneImpl<model::EncoderImpl>>(holdings);
          }};
  return description;
}

template <>
TrunkAloneImpl<model::EncoderImpl>::TrunkAloneImpl(const EncoderConfig& config, const HeadConfig&)
    : model::EncoderImpl(config) {}

template <>
TrunkAloneImpl<model::PooledEncoderImpl>::TrunkAloneImpl(const EncoderConfig& config,
                                                         const HeadConfig& head)
    : model::PooledEncoderImpl(config, head) {}

template <typename Trunk>
const Description& TrunkAloneImpl<Trunk>::description() const {
  return trunk_alone();
}

template <typename Trunk>
Reading TrunkAloneImpl<Trunk>::reading(bool /*with_labels*/) const {
  return {std::is_same_v<Trunk, model::PooledEncoderImpl> ? Columns::first : Columns::tokens};
}

template <typename Trunk>
format::TensorMap TrunkAloneImpl<Trunk>::outputs(const torch::Tensor& hidden,
                                                 const PaddedCall& call) {
  if constexpr (std::is_same_v<Trunk, model::PooledEncoderImpl>)
    return {{"pooler_output", call.spread_rows(this->pool(call.first(hidden)))}};
  return {};
}

template class TrunkAloneImpl<model::EncoderImpl>;
template class TrunkAloneImpl<model::PooledEncoderImpl>;

}  // namespace roformer::head
