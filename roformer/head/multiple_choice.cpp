#include "roformer/head/multiple_choice.h"

#include <torch/torch.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/model/loss.h"
#include "roformer/model/named_group.h"

namespace roformer::head {

using torch::Tensor;

const Description& multiple_choice() {
  static const Description description{
      .classes = {{"roformer", "RoFormerForMultipleChoice"}, {"bert", "BertForMultipleChoice"}},
      .labels = {"labels"},
      .weights =
          [](const Holdings& holdings) {
            if (holdings.config.model_type == "bert")
              return std::vector<std::string>{kPoolerWeight, "classifier.weight"};
            return std::vector<std::string>{"classifier.weight"};
          },
      // One number comes of it. A BERT with one label may as well classify sequences.
      .suits =
          [](const Holdings& holdings) {
            const bool is_regression =
                holdings.config.model_type == "bert" && holdings.head.num_labels == 1;
            return holdings.rows("classifier.weight") == 1 && !is_regression;
          },
      .words =
          [](const Holdings& holdings) {
            std::vector<std::string> words{"multiple choice"};
            if (holdings.config.model_type == "bert") words.insert(words.begin(), "pooler");
            return words;
          },
      .make = make_model<MultipleChoiceImpl>};
  return description;
}

MultipleChoiceImpl::MultipleChoiceImpl(const EncoderConfig& config, const HeadConfig& head)
    : ModelWithHead(
          config.model_type == "bert" ? make_pooled_trunk(config, head) : make_trunk(config),
          head) {
  if (!has_pooler() && head.summary.use_projection) {
    projection_ = register_module("sequence_summary", std::make_shared<model::NamedGroup>())
                      ->add("summary", make_head(config.hidden_size));
  }
  classifier_ = register_module("classifier", make_head(1));
}

Tensor MultipleChoiceImpl::logits(const Tensor& summary, const ForwardOptions& options) {
  if (has_pooler()) return classifier_(dropped(pool(summary), head_dropout(), options)).squeeze(1);
  const model::SummaryOptions& how = head_config().summary;
  Tensor x = dropped(summary, how.first_dropout, options, 0);
  if (!projection_.is_empty()) x = projection_(x);
  x = dropped(model::pooled_activation(x, how.activation), how.last_dropout, options, 1);
  return classifier_(x).squeeze(1);
}

const Description& MultipleChoiceImpl::description() const {
  return multiple_choice();
}

Reading MultipleChoiceImpl::reading(bool /*with_labels*/) const {
  const std::string& summary = head_config().summary.type;
  Reading reading{Columns::all, /*choices=*/true};
  if (has_pooler() || summary == "first")
    reading.columns = Columns::first;
  else if (summary == "last")
    reading.columns = Columns::last;
  return reading;
}

// What is read of each sequence: (B, hidden).
Tensor MultipleChoiceImpl::summary_of(const Tensor& hidden, const PaddedCall& call) const {
  const std::int64_t columns = call.inputs().columns;
  base::require(columns > 0, "[head] expected at least one column but got none");
  const Tensor padded = packed::unpack(hidden, call.inputs());
  const Columns read = reading(false).columns;
  if (read == Columns::all) return padded.mean(1);
  return padded.select(1, read == Columns::first ? 0 : columns - 1);
}

format::TensorMap MultipleChoiceImpl::outputs(const Tensor& hidden, const PaddedCall& call) {
  const std::int64_t choices = std::max<std::int64_t>(1, call.num_choices());
  const Tensor found = logits(summary_of(hidden, call)).view({-1, choices});
  format::TensorMap outputs{{"logits", found}};
  if (call.has("labels"))
    outputs["loss"] =
        model::cross_entropy(found, call.whole_numbers("labels", {call.inputs().rows / choices}, 0,
                                                       choices, model::ignored_label));
  return outputs;
}

}  // namespace roformer::head
