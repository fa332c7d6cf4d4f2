#include "roformer/model/few_tokens.h"

#include <ATen/Parallel.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

namespace roformer::model {
namespace {

constexpr std::int64_t kPositionsOfBlock = 64;

// More wait for each other longer than they compute.
constexpr std::int64_t kMostThreads = 8;

}  // namespace

FewTokens::FewTokens() : helpers_(std::min<std::int64_t>(at::get_num_threads(), kMostThreads) - 1) {
  work_.helpers = &helpers_;
}

void FewTokens::begin(position::PositionEncoding& encoding, std::span<const std::int64_t> positions,
                      const torch::Tensor& given) {
  rotation_ = encoding.token_rotation().value_or(position::TokenRotation{});
  angles_.assign(positions.size(), {});
  blocks_.resize(std::max(blocks_.size(), positions.size()));
  for (std::size_t row = 0; rotation_.turns() && row < positions.size(); ++row) {
    const Block& block = block_of(encoding, positions[row], row);
    rotary_dim_ = 2 * block.cos.size(1);
    const std::int64_t place = (positions[row] - block.first) * block.cos.size(1);
    angles_[row] = {block.cos.const_data_ptr<float>() + place,
                    block.sin.const_data_ptr<float>() + place};
  }
  std::copy_n(given.const_data_ptr<float>(), given.numel(), room_for(x, given.numel()));
  room_for(other, given.numel());
}

const FewTokens::Block& FewTokens::block_of(position::PositionEncoding& encoding,
                                            std::int64_t position, std::size_t row) {
  const std::int64_t first = position / kPositionsOfBlock * kPositionsOfBlock;
  const auto known = std::find_if(blocks_.begin(), blocks_.end(),
                                  [&](const Block& block) { return block.first == first; });
  if (known != blocks_.end()) return *known;
  const auto prepared =
      encoding.prepare(torch::arange(first, first + kPositionsOfBlock), torch::kFloat32).prepared;
  blocks_[row] = {first, prepared.at(0).contiguous(), prepared.at(1).contiguous()};
  return blocks_[row];
}

}  // namespace roformer::model
