// What belongs to a head alone, in the words of Hugging Face's config.json. No tensors here.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "roformer/base/option.h"

namespace roformer::model {

/// How a multiple-choice head reads a sequence: transformers' summary_* keys.
struct SummaryOptions {
  std::string type = "last";
  bool use_projection = false;
  std::string activation;
  double first_dropout = 0.0;
  double last_dropout = 0.0;

  bool operator==(const SummaryOptions&) const = default;
};

/// Keys and defaults of transformers' RoFormerConfig and BertConfig; each head reads its own. What
/// each member means stands in its entry below.
struct HeadConfig {
  std::int64_t num_labels = 2;      // of a classification head
  std::vector<std::string> labels;  // their names; empty: LABEL_0, LABEL_1, …
  std::string problem_type;
  std::optional<double> classifier_dropout;
  SummaryOptions summary;
  std::string pooler_activation = "tanh";
};

/// visit(base::Option, member) for each key of config.json but those of the labels; they are written
/// where they differ from the default.
template <typename Head, typename Visit>
requires std::is_same_v<const Head, const HeadConfig>
void for_each_option(Head& h, const Visit& visit) {
  using base::Option, base::dropout_range;
  const char* single = "single_label_classification";
  const char* multi = "multi_label_classification";
  const char* problem = "what a classifier learns; empty: as the labels are";
  visit(Option{"problem_type", problem, {}, {"regression", single, multi}}, h.problem_type);
  visit(Option{"classifier_dropout", "BERT's heads; none: hidden_dropout_prob", dropout_range()},
        h.classifier_dropout);
  visit(Option{"pooler_activation", "linear: none (RoFormer-Sim)", {}, {"tanh", "linear"}},
        h.pooler_activation);
  const char* type = "what multiple choice reads; last and mean count padded places too";
  visit(Option{"summary_type", type, {}, {"last", "first", "mean"}}, h.summary.type);
  visit(Option{"summary_use_proj", "a product (hidden, hidden)"}, h.summary.use_projection);
  visit(Option{"summary_activation", "tanh or a hidden_act; empty: none"}, h.summary.activation);
  visit(Option{"summary_first_dropout", "before the projection", dropout_range()},
        h.summary.first_dropout);
  visit(Option{"summary_last_dropout", "behind the activation", dropout_range()},
        h.summary.last_dropout);
}

/// Throws Error "[model] expected … but got …" naming the key for unknown names, num_labels < 1 and
/// dropout outside [0, 1).
void validate(const HeadConfig& head);

}  // namespace roformer::model
