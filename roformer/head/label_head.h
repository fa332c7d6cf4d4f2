// Heads that give a few numbers for each token that they read: classes of sequences and tokens, the
// ends of an answer, how good a choice is. What fine-tuning needs of them beside head::Model.
#pragma once
#include "roformer/head/description.h"
#include "roformer/head/model_with_head.h"

namespace roformer::head {

class LabelHead : public ModelWithHead {
 public:
  /// What is read of each of the B sequences: the hidden states of [CLS], the only ones that the last
  /// layer then computes, or what a head says. (B, hidden).
  virtual torch::Tensor sequence_vectors(const packed::PackedBatch& batch,
                                         const model::ForwardOptions& options);
  /// Logits (M, numbers) of the hidden states (M, hidden) of the tokens that the head reads: what
  /// sequence_vectors gives for classes of sequences, choices and scores, else any. In training `dropout_seed`
  /// decides what is dropped.
  virtual torch::Tensor logits(const torch::Tensor& hidden, std::uint64_t dropout_seed) = 0;

 protected:
  using ModelWithHead::ModelWithHead;
};

/// The heads that there are.
Description sequence_classifier();
Description token_classifier();
Description question_answering();
Description multiple_choice();
Description pair_scorer();

/// Whether multiple choice looks at [CLS]: RoFormer's default reads the last column of a padded row,
/// so that what it says hangs on the other rows of a batch.
bool chooses_by_first(const std::string& family, const HeadConfig& head);

/// What Hugging Face calls the family's class of this head. Throws Error for a family without it.
std::string class_name(const Description& description, const std::string& family);

/// A model of the configurations' family with this head, its weights drawn.
std::shared_ptr<LabelHead> make_label_head(const Description& description,
                                           const EncoderConfig& config, const HeadConfig& head);

}  // namespace roformer::head
