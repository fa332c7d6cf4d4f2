#include "roformer/task/joint_loss.h"

#include "roformer/base/error.h"
#include "roformer/packed/packed_batch.h"

namespace roformer::task {
namespace {

using torch::Tensor;

// The tokens whose hidden states are asked for: [CLS] of each sequence, and what writes.
struct JointTokens {
  std::vector<std::int64_t> all;             // ascending
  std::vector<std::int64_t> first, writing;  // numbers within `all`
};

JointTokens tokens_of(const data::PrefixBatch& pairs) {
  JointTokens tokens;
  std::size_t next = 0;
  for (std::size_t row = 0; row + 1 < pairs.batch.cu_seqlens.size(); ++row) {
    tokens.first.push_back(std::ssize(tokens.all));
    tokens.all.push_back(pairs.batch.cu_seqlens[row]);
    for (; next < pairs.asked.size() && pairs.asked[next] < pairs.batch.cu_seqlens[row + 1];
         ++next) {
      tokens.writing.push_back(std::ssize(tokens.all));
      tokens.all.push_back(pairs.asked[next]);
    }
  }
  return tokens;
}

}  // namespace

data::PrefixBatch both_orders(const std::vector<std::span<const std::int32_t>>& rows) {
  data::PrefixBatch pairs;
  for (std::size_t row = 0; row + 1 < rows.size(); row += 2) {
    pairs.append(rows[row], rows[row + 1].subspan(1));
    pairs.append(rows[row + 1], rows[row].subspan(1));
  }
  return pairs;
}

JointLoss joint_loss(SentenceEncoder& encoder, const data::PrefixBatch& pairs, double temperature,
                     model::ForwardOptions options, torch::Device device) {
  base::require(encoder.words() != nullptr,
                "[task] expected a language model for the joint loss but got an encoder alone");
  const auto on_device = [&](const std::vector<std::int64_t>& values) {
    return torch::tensor(values, torch::kInt64).to(device);
  };
  const JointTokens tokens = tokens_of(pairs);
  options.rows = on_device(tokens.all);
  options.prefix_lengths = torch::tensor(pairs.prefix_lengths, torch::kInt64);
  const Tensor hidden =
      encoder.encoder()->forward(packed::from_tokens(pairs.batch).to(device), options);
  JointLoss joint;
  joint.vectors = encoder.vectors_of_first(hidden.index_select(0, on_device(tokens.first)));
  joint.loss = partner_loss(joint.vectors, temperature);
  const auto written = encoder.words()->loss(hidden.index_select(0, on_device(tokens.writing)),
                                             on_device(pairs.labels));
  const double share =
      static_cast<double>(joint.loss.targets) / static_cast<double>(pairs.labels.size());
  joint.loss.sum = joint.loss.sum + written.loss * share;
  return joint;
}

}  // namespace roformer::task
