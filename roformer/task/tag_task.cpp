#include "roformer/task/tag_task.h"

#include <algorithm>

#include "roformer/base/log.h"
#include "roformer/labelled/class_weights.h"
#include "roformer/metric/classification_score.h"
#include "roformer/metric/entity_score.h"
#include "roformer/task/labelled_kind.h"

namespace roformer::task {

namespace {

using labelled::ExampleBatch;
using labelled::FirstPiece;
using labelled::TagCorpus;
using torch::Tensor;

// The first pieces of a batch's words: their places in the batch, and the words' numbers.
struct BatchWords {
  std::vector<std::int64_t> tokens, words;
};

BatchWords words_of(const TagCorpus& corpus, const ExampleBatch& examples) {
  BatchWords found;
  for (std::size_t row = 0; row < examples.rows.size(); ++row) {
    const std::int64_t begin = examples.batch.cu_seqlens[row];
    for (const FirstPiece& piece : corpus.first_pieces(examples.split, examples.rows[row])) {
      found.tokens.push_back(begin + piece.token);
      found.words.push_back(piece.word);
    }
  }
  return found;
}

// True and predicted tags of the sentences that were evaluated.
struct TaggedSentences {
  std::vector<std::vector<std::int64_t>> gold, predicted;
};

TaggedSentences sentences_of(const TagCorpus& corpus, data::Split split,
                             const std::vector<ExampleBatch>& batches,
                             const std::vector<std::int64_t>& outputs) {
  const auto& gold = corpus.tags(split);
  std::vector<std::int64_t> predicted(gold.size(), corpus.unread_tag());
  TaggedSentences sentences;
  std::size_t next = 0;
  for (const ExampleBatch& batch : batches) {
    for (const std::int64_t word : words_of(corpus, batch).words)
      predicted[static_cast<std::size_t>(word)] = outputs.at(next++);
    for (const std::int64_t example : batch.examples) {
      const auto [begin, end] = corpus.words_of(split, example);
      sentences.gold.emplace_back(gold.begin() + begin, gold.begin() + end);
      sentences.predicted.emplace_back(predicted.begin() + begin, predicted.begin() + end);
    }
  }
  return sentences;
}

std::vector<metric::Tags> named(const std::vector<std::vector<std::int64_t>>& sentences,
                                const std::vector<std::string>& names) {
  std::vector<metric::Tags> tags;
  for (const auto& sentence : sentences) {
    auto& row = tags.emplace_back();
    for (const std::int64_t tag : sentence) row.push_back(names[static_cast<std::size_t>(tag)]);
  }
  return tags;
}

std::vector<std::int64_t> end_to_end(const std::vector<std::vector<std::int64_t>>& sentences) {
  std::vector<std::int64_t> words;
  for (const auto& sentence : sentences)
    words.insert(words.end(), sentence.begin(), sentence.end());
  return words;
}

void add_entity_figures(const TaggedSentences& sentences, const std::vector<std::string>& names,
                        train::Metrics& figures) {
  const auto score =
      metric::entity_score(named(sentences.gold, names), named(sentences.predicted, names));
  const metric::ClassScore all = score.micro();
  figures.emplace_back("accuracy", score.token_accuracy());
  figures.emplace_back("precision", all.precision);
  figures.emplace_back("recall", all.recall);
  figures.emplace_back("f1", all.f1);
}

void add_tag_figures(const TaggedSentences& sentences, std::int64_t num_tags,
                     train::Metrics& figures) {
  const auto score = metric::classification_score(end_to_end(sentences.gold),
                                                  end_to_end(sentences.predicted), num_tags);
  figures.emplace_back("accuracy", score.accuracy());
  figures.emplace_back("f1", score.macro().f1);
}

bool are_of_entities(const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), metric::is_entity_tag);
}

// Tags that begin entities beside others that make none, as BILOU's L- and U-: what is scored then
// is not what their writer means.
void warn_of_other_scheme(const std::vector<std::string>& names) {
  const bool begins = std::any_of(names.begin(), names.end(),
                                  [](const std::string& name) { return name.starts_with("B-"); });
  if (!begins || are_of_entities(names)) return;
  const auto other = std::find_if_not(names.begin(), names.end(), metric::is_entity_tag);
  spdlog::warn(
      "the tags are not all of entities (O, B-, I-, E-, S-): '{}' is none, so f1 is that of single "
      "tags; write BILOU's L- and U- as E- and S- for that of entities",
      *other);
}

}  // namespace

const Kind& token_classification_kind() {
  static const LabelledKind<TagTask> kind("token_classification", labelled::LabelUse::tags);
  return kind;
}

TagTask::TagTask(const Recipe& recipe, std::shared_ptr<const TagCorpus> corpus,
                 std::shared_ptr<head::LabelHead> model, torch::Device device)
    : LabelledTask(recipe, corpus, head::token_classifier(), std::move(model), device),
      corpus_(std::move(corpus)),
      class_weights_(weights_tensor(
          labelled::class_weights(corpus_->options().class_weights, corpus_->label_names(),
                                  corpus_->training_counts()),
          device)) {
  warn_of_other_scheme(corpus_->label_names());
}

std::shared_ptr<head::LabelHead> TagTask::draw(const Recipe& recipe, const TagCorpus& corpus) {
  return draw_label_model(recipe, corpus.tokenizer(), head::token_classifier(),
                          [&](model::HeadConfig& head) {
                            head.labels = corpus.label_names();
                            head.num_labels = std::ssize(head.labels);
                            head.problem_type.clear();
                          });
}

std::shared_ptr<head::LabelHead> TagTask::load(const Recipe& recipe, const TagCorpus& corpus,
                                               const std::filesystem::path& folder) {
  return load_label_model(recipe, head::token_classifier(), corpus.label_names(), 0, folder);
}

train::LossSum TagTask::loss_of(const ExampleBatch& examples,
                                const model::ForwardOptions& options) {
  const BatchWords found = words_of(*corpus_, examples);
  train::LossSum sum;
  sum.targets = std::ssize(found.words);
  sum.tokens = std::ssize(examples.batch.tokens);
  if (sum.targets == 0) {  // no word of the batch has a piece
    sum.loss = torch::zeros({});
    sum.outputs = kept(torch::empty({0}, torch::kInt64));
    return sum;
  }
  std::vector<std::int64_t> numbers;
  for (const std::int64_t word : found.words)
    numbers.push_back(corpus_->tags(examples.split)[static_cast<std::size_t>(word)]);
  const Tensor tags = on_device(numbers);
  const Tensor hidden = hidden_of(on_device(examples.batch), on_device(found.tokens), options);
  const Tensor logits = model()->logits(hidden, options.dropout_seed);
  const Tensor predicted = logits.argmax(1);
  sum.loss =
      at::cross_entropy_loss(logits, tags, weights_in_training(class_weights_), at::Reduction::Sum);
  sum.correct = predicted.eq(tags).sum().item<std::int64_t>();
  sum.negative_log_likelihood = sum.loss.item<double>();
  sum.outputs = kept(predicted);
  return sum;
}

train::Metrics TagTask::figures(const train::Evaluated& evaluated) {
  train::Metrics figures = {{"loss", evaluated.score.loss()}};
  const auto sentences = sentences_of(*corpus_, evaluated.split, evaluated_batches(evaluated.split),
                                      whole_numbers_of(torch::cat(evaluated.outputs)));
  const auto& names = corpus_->label_names();
  if (are_of_entities(names)) {
    add_entity_figures(sentences, names, figures);
  } else {
    add_tag_figures(sentences, std::ssize(names), figures);
  }
  return figures;
}

}  // namespace roformer::task
