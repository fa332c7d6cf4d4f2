#include "roformer/task/model_card.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/base/log.h"
#include "roformer/base/progress.h"
#include "roformer/base/version.h"
#include "roformer/task/kind.h"
#include "roformer/train/metrics_log.h"
#include "roformer/train/run_folder.h"
#include "roformer/train/training_state.h"

namespace roformer::task {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCardFile = "README.md";
constexpr const char* kCardMark =
    "<!-- Written by roformer train, anew whenever the run ends; without this line it stays. -->";

// What names of the Hub's tasks follow from: the end of a class's name.
constexpr std::pair<std::string_view, const char*> kHubTasks[] = {
    {"ForMaskedLM", "fill-mask"},
    {"ForCausalLM", "text-generation"},
    {"ForSequenceClassification", "text-classification"},
    {"ForTokenClassification", "token-classification"},
    {"ForQuestionAnswering", "question-answering"},
    {"ForMultipleChoice", "multiple-choice"},
    {"MarianMTModel", "translation"},
    {"TranslationModel", "translation"}};

std::string on_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }, ' ');
  return text;
}

// Within more backticks than the text has one after another.
std::string code_span(const std::string& text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string quotes(longest + 1, '`');
  const char* space = longest > 0 ? " " : "";
  return quotes + space + on_one_line(text) + space + quotes;
}

std::string front_matter(const ModelCard& card) {
  std::string text = "---\n";
  const bool gives_vectors = card.task == "embedding";  // whatever class its encoder is saved as
  for (const auto& [end, name] : kHubTasks) {
    if (!gives_vectors && card.architecture.ends_with(end))
      text += fmt::format("pipeline_tag: {}\n", name);
  }
  if (gives_vectors)
    text += "pipeline_tag: sentence-similarity\nlibrary_name: sentence-transformers\n";
  text += "tags:\n";
  for (const std::string& tag : {card.model_type, card.task}) {
    if (!tag.empty()) text += fmt::format("- {}\n", tag);
  }
  return text + "---\n";
}

std::string what_it_is(const ModelCard& card) {
  std::string text = fmt::format(
      "A {} trained by roformer {} (task.kind {}, seed {}), {}.\nThis is the model of step {} of "
      "{}{}.\n\n",
      code_span(card.architecture), base::kVersion, code_span(card.task), card.seed,
      card.started_from.empty() ? "its weights drawn anew"
                                : "begun with the model in " + code_span(card.started_from),
      card.step, card.total_steps,
      card.chosen_among > 0
          ? fmt::format(", which was the best of {} evaluations", card.chosen_among)
          : "");
  text += fmt::format("| size | |\n|---|---|\n| parameters | {} |\n",
                      base::format_count(card.parameters));
  for (const auto& [name, value] : card.sizes) text += fmt::format("| {} | {} |\n", name, value);
  return text;
}

std::string labels_in_words(const std::vector<std::string>& labels) {
  constexpr std::size_t most = 50;
  if (labels.empty()) return {};
  std::vector<std::string> words;
  for (std::size_t i = 0; i < std::min(most, labels.size()); ++i)
    words.push_back(fmt::format("{} {}", i, code_span(labels[i])));
  if (labels.size() > most)
    words.push_back(fmt::format("and {} more in config.json", labels.size() - most));
  return fmt::format("\nLabels by their numbers: {}.\n", fmt::join(words, ", "));
}

std::string data_section(const ModelCard& card) {
  return fmt::format("\n## Data\n\n```text\n{}\n```\n\nAn epoch is {}.\n", on_one_line(card.data),
                     card.epoch);
}

std::optional<double> figure_of(const CardEvaluation& evaluation, const std::string& name) {
  for (const auto& [other, value] : evaluation.figures) {
    if (other == name) return value;
  }
  return std::nullopt;
}

std::string figures_section(const ModelCard& card) {
  if (!card.last) return {};
  const bool has_best = card.best && card.best->step != card.last->step;
  std::string head = fmt::format("| figure | step {}, the last |", card.last->step);
  if (has_best) head += fmt::format(" step {}, the best |", card.best->step);
  const std::string sample =
      card.evaluated > 0
          ? fmt::format("Where it has more than {} sequences, a fixed sample of so many.\n\n",
                        card.evaluated)
          : "";
  std::string text = fmt::format("\n## Figures on the validation part\n\n{}{}\n|---|---|{}\n",
                                 sample, head, has_best ? "---|" : "");
  for (const auto& [name, value] : card.last->figures) {
    text += fmt::format("| {} | {:.4f} |", name, value);
    const auto best = has_best ? figure_of(*card.best, name) : std::nullopt;
    if (has_best) text += best ? fmt::format(" {:.4f} |", *best) : " |";
    text += "\n";
  }
  return text;
}

std::string uses_section(const ModelCard& card) {
  std::string text = "\n## Use\n\nDIR is this folder.\n\n```sh\n";
  for (const std::string& use : card.uses) text += fmt::format(fmt::runtime(use), "DIR") + "\n";
  return text + "roformer evaluate --model DIR\n```\n";
}

std::string limits_section(const ModelCard& card) {
  const std::string source =
      card.started_from.empty()
          ? fmt::format("it has learned from nothing but {}", card.epoch)
          : fmt::format("it has learned from {}, and whatever the model has that it was begun with",
                        card.epoch);
  std::vector<std::string> limits = {fmt::format(
      "Text of another kind or another language than the data above: {}, and no figure here says "
      "how it does there.",
      source)};
  if (card.longest > 0)
    limits.push_back(
        fmt::format("Long texts: no sequence that this run learned from had more than {} tokens.",
                    card.longest));
  limits.push_back(
      card.chosen_among > 0
          ? "Claims by the figures of the validation part: the model was chosen by them, so they "
            "are better than it is."
          : "Claims by the figures of the validation part, wherever anything (a rate, the number "
            "of steps) was chosen by them: they are better than the model is then.");
  limits.back() +=
      " `roformer evaluate --model DIR --split test` gives those of rows that nothing was chosen "
      "by, if the recipe holds any out.";
  limits.push_back(
      fmt::format("Claims about its recipe: this is one run, of seed {}; another seed gives other "
                  "figures.",
                  card.seed));
  return fmt::format("\n## Not good for\n\n- {}\n", fmt::join(limits, "\n- "));
}

bool is_left_alone(const fs::path& file) {
  if (!fs::exists(file)) return false;
  return !fs::is_regular_file(file) || base::read_file(file).find(kCardMark) == std::string::npos;
}

void read_config(const fs::path& file, ModelCard& card) {
  const auto config = base::parse_json(base::read_file(file), file.string());
  card.model_type = config.value("model_type", "");
  const auto classes = config.value("architectures", std::vector<std::string>());
  if (!classes.empty()) card.architecture = classes.front();
  for (const char* key : {"vocab_size", "hidden_size", "d_model", "num_hidden_layers",
                          "encoder_layers", "decoder_layers", "num_attention_heads",
                          "encoder_attention_heads", "decoder_attention_heads", "intermediate_size",
                          "encoder_ffn_dim", "decoder_ffn_dim", "max_position_embeddings"}) {
    if (config.contains(key)) card.sizes.emplace_back(key, config[key].dump());
  }
  const auto labels = config.value("id2label", nlohmann::json::object());
  for (std::size_t i = 0; labels.size() > 1 && i < labels.size(); ++i)
    card.labels.push_back(labels.at(std::to_string(i)).get<std::string>());
}

std::vector<CardEvaluation> evaluations_of(const fs::path& metrics, std::int64_t last_step) {
  constexpr std::string_view kind = "evaluation/";
  std::vector<CardEvaluation> evaluations;
  for (const auto& line : train::read_metrics(metrics)) {
    CardEvaluation evaluation{.step = line["step"].get<std::int64_t>()};
    if (line.value("kind", "") != "evaluation" || evaluation.step > last_step) continue;
    for (const auto& figure : train::metric_scalars(line))
      evaluation.figures.emplace_back(figure.tag.substr(kind.size()), figure.value);
    evaluations.push_back(std::move(evaluation));
  }
  return evaluations;
}

// Labelled rows and pairs have a longest one, sequences of running text that of their stages.
std::int64_t longest_sequence_of(const Recipe& recipe) {
  const auto& keys = recipe.training.recipe;
  const auto found = keys.find("data.max_length");
  if (found != keys.end()) return std::stoll(found->second);
  std::int64_t longest = 0;
  for (const auto& stage : recipe.training.stages) longest = std::max(longest, stage.length);
  return longest;
}

ModelCard card_of(const Recipe& recipe, const LearnedFacts& facts, const fs::path& run) {
  ModelCard card{.name = fs::canonical(run).filename().string(),
                 .task = recipe.task,
                 .parameters = facts.parameters,
                 .data = facts.data,
                 .epoch = facts.epoch,
                 .longest = longest_sequence_of(recipe),
                 .evaluated = recipe.evaluation.sequences,
                 .started_from = recipe.checkpoint,
                 .total_steps = facts.total_steps,
                 .seed = recipe.seed,
                 .uses = find_kind(recipe.task, recipe.path.string()).uses(),
                 .recipe = recipe.resolved.to_toml()};
  read_config(run / "config.json", card);
  card.sizes.emplace_back("position_encoding", recipe.model.encoding.name);
  card.sizes.emplace_back("attention", recipe.model.attention);
  return card;
}

}  // namespace

std::string to_markdown(const ModelCard& card) {
  return fmt::format("{}{}\n\n# {}\n\n{}{}{}{}{}{}\n## Recipe\n\n```toml\n{}```\n",
                     front_matter(card), kCardMark, on_one_line(card.name), what_it_is(card),
                     labels_in_words(card.labels), data_section(card), figures_section(card),
                     uses_section(card), limits_section(card), card.recipe);
}

bool write_model_card(const fs::path& folder, const ModelCard& card) {
  const fs::path file = folder / kCardFile;
  if (is_left_alone(file)) {
    spdlog::info("{} is no card of ours and stays as it is", file.string());
    return false;
  }
  base::write_file_atomically(file, to_markdown(card));
  return true;
}

void write_model_cards(const Recipe& recipe, const LearnedFacts& facts, const fs::path& run) {
  const auto checkpoint = train::last_checkpoint(run);
  base::require(checkpoint.has_value(), "[task] expected a checkpoint in {} but there is none",
                run.string());
  const train::TrainingState state = train::load_state(*checkpoint / "state.json");
  ModelCard card = card_of(recipe, facts, run);
  const auto evaluations = evaluations_of(run / "metrics.jsonl", state.step);
  if (!evaluations.empty()) card.last = evaluations.back();
  for (const CardEvaluation& evaluation : evaluations) {
    if (evaluation.step == state.best_step) card.best = evaluation;
  }
  card.step = state.step;
  write_model_card(run, card);
  const fs::path best = run / "best";
  if (state.best_step <= 0 || !fs::is_directory(best)) return;
  card.step = state.best_step;
  card.chosen_among = std::ssize(evaluations);
  write_model_card(best, card);
}

}  // namespace roformer::task
