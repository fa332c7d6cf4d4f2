// The mean of several checkpoints of one model: what Vaswani et al. 2017 (section 6.1) and the
// RoFormer paper (section 4.1.2) translate with.
#pragma once
#include <filesystem>
#include <vector>

namespace roformer::convert {

/// Writes to `to` the mean of the weights of `paths`, folders or files in them, summed in double
/// precision, with the configuration and tokenizer of the last of them. Throws Error, before
/// anything is written, where folders differ in config.json, in their words, or in names, shapes or
/// types of tensors; and for a checkpoint at `to` without `force`.
void average(const std::vector<std::filesystem::path>& paths, const std::filesystem::path& to,
             bool force);

}  // namespace roformer::convert
