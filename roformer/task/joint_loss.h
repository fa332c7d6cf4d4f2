// RoFormer-Sim's two tasks in one: a text's partner is written behind it, and found among others by
// the vector of [CLS] (Su 2021, "SimBERTv2: RoFormer-Sim").
#pragma once
#include "roformer/data/prefix_batch.h"
#include "roformer/task/sentence_encoder.h"
#include "roformer/task/similarity_loss.h"

namespace roformer::task {

/// Both orders of each pair, next to each other: [CLS] A [SEP] B [SEP], then [CLS] B [SEP] A [SEP].
/// `rows` are texts and partners in turn, [CLS] … [SEP] each.
data::PrefixBatch both_orders(const std::vector<std::span<const std::int32_t>>& rows);

struct JointLoss {
  SimilarityLoss loss;    // the sum of both means by the number of sequences, which are the targets
  torch::Tensor vectors;  // (sequences, width): of the text that each begins with
};

/// The mean cross entropy of the tokens that are written, and partner_loss' mean. Each sequence's
/// [CLS] sees its first text alone. Throws Error without a language model.
JointLoss joint_loss(SentenceEncoder& encoder, const data::PrefixBatch& pairs, double temperature,
                     model::ForwardOptions options, torch::Device device);

}  // namespace roformer::task
