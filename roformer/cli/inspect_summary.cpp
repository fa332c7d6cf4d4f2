#include "roformer/cli/inspect_summary.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/format/printable.h"
#include "roformer/pipeline/sentence_folder.h"
#include "roformer/text/tokenizer.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

// "RobertaTokenizer, BPE, 50265 tokens", as far as the files say.
std::string stated_tokenizer_in_words(const ordered_json& tokenizer) {
  std::vector<std::string> words;
  for (const char* key : {"class", "model"}) {
    if (tokenizer.contains(key))
      words.push_back(format::printable(tokenizer.at(key).get<std::string>()));
  }
  if (tokenizer.contains("words"))
    words.push_back(fmt::format("{} tokens", tokenizer.at("words").get<std::size_t>()));
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string tokenizer_in_words(const ordered_json& tokenizer) {
  if (tokenizer.contains("error")) {
    const auto stated = stated_tokenizer_in_words(tokenizer);
    return (stated.empty() ? "none that can be used: " : stated + ", which cannot be used: ") +
           tokenizer.at("error").get<std::string>();
  }
  return fmt::format(
      "{}, {} tokens, {}; {}", tokenizer.at("kind").get<std::string>(),
      tokenizer.at("vocabulary_size").get<std::int64_t>(),
      tokenizer.at("lowercase").get<bool>() ? "lower case" : "upper and lower case",
      fmt::join(tokenizer.at("special_tokens").get<std::vector<std::string>>(), " "));
}

std::string pooling_in_words(pipeline::Pooling pooling) {
  switch (pooling) {
    case pipeline::Pooling::cls:
      return "the vector of [CLS]";
    case pipeline::Pooling::max:
      return "the largest components of all tokens";
    case pipeline::Pooling::mean_sqrt:
      return "the sum of all tokens by the root of their number";
    case pipeline::Pooling::weighted_mean:
      return "the mean over all tokens that counts later ones more";
    case pipeline::Pooling::last:
      return "the vector of the last token";
    default:
      return "the mean over all tokens";
  }
}

std::string in_millions(std::int64_t count) {
  if (count < 1'000'000) return fmt::format("{}", count);
  return fmt::format("{:.1f} million", static_cast<double>(count) / 1e6);
}

// "label        first", the others below it.
std::string rows(std::string_view label, const std::vector<std::string>& lines) {
  std::string result;
  for (std::size_t i = 0; i < lines.size(); ++i)
    result += fmt::format("{:<12} {}\n", i == 0 ? label : "", lines[i]);
  return result;
}

// The file's object; null where there is none.
ordered_json read_object(const std::filesystem::path& file) {
  try {
    if (!std::filesystem::is_regular_file(file)) return {};
    const auto object = ordered_json::parse(base::read_file(file), nullptr, false);
    return object.is_object() ? object : ordered_json();
  } catch (const Error&) {
    return {};
  }
}

// What the files of a tokenizer say that cannot be used, and why it cannot.
ordered_json stated_tokenizer(const std::filesystem::path& folder, const std::string& error) {
  ordered_json stated = {{"error", error}};
  const ordered_json settings = read_object(folder / "tokenizer_config.json");
  if (settings.contains("tokenizer_class") && settings.at("tokenizer_class").is_string())
    stated["class"] = settings.at("tokenizer_class");
  const ordered_json whole = read_object(folder / "tokenizer.json");
  if (!whole.contains("model") || !whole.at("model").is_object()) return stated;
  const ordered_json& model = whole.at("model");
  if (model.contains("type") && model.at("type").is_string()) stated["model"] = model.at("type");
  if (model.contains("vocab") && model.at("vocab").is_structured())
    stated["words"] = model.at("vocab").size();
  return stated;
}

// Of the file: all its numbers where the model is not ours, else those that ours takes.
std::string size_in_words(const ordered_json& facts) {
  const std::string parameters = in_millions(facts.at("parameters").get<std::int64_t>());
  const double megabytes = static_cast<double>(facts.at("bytes").get<std::size_t>()) / 1e6;
  if (!facts.contains("encoder_parameters"))
    return fmt::format("{} numbers in {} tensors; {:.1f} MB", parameters,
                       facts.at("tensors").size(), megabytes);
  return fmt::format("{} parameters, {} of them the encoder's; {:.1f} MB", parameters,
                     in_millions(facts.at("encoder_parameters").get<std::int64_t>()), megabytes);
}

std::string weights_in_words(const ordered_json& facts) {
  const auto files = facts.at("files").get<std::size_t>();
  return fmt::format("{}, {}, {} file{}", facts.at("format").get<std::string>(),
                     facts.at("element_types").get<std::string>(), files, files == 1 ? "" : "s");
}

std::string compute_types_in_words(const ordered_json& facts) {
  return fmt::format("in {} on this machine (--compute-type)",
                     fmt::join(facts.at("compute_types").get<std::vector<std::string>>(), ", "));
}

// Those that no other line says.
std::vector<std::string> other_problems(const ordered_json& facts) {
  auto problems = facts.at("problems").get<std::vector<std::string>>();
  std::erase_if(problems, [&](const std::string& problem) {
    return problem == facts.at("tokenizer").value("error", "") ||
           ordered_json(problem) == facts.at("sentences") ||
           problem == facts.value("not_computed", "");
  });
  return problems;
}

}  // namespace

ordered_json compute_types() {
  ordered_json names;
  for (const auto type : product::served_compute_types())
    names.push_back(product::compute_type_name(type));
  return names;
}

std::string model_in_words(const model::EncoderConfig& config) {
  const bool is_bert = config.model_type == "bert";
  const char* name = is_bert                            ? "BERT"
                     : config.norm_type != "layer_norm" ? "RoFormerV2"
                                                        : "RoFormer";
  const auto longest = config.longest_sequence();
  const std::string reach = longest ? fmt::format("at most {} tokens", *longest) : "any length";
  const std::string attention =
      config.attention == "linear"
          ? fmt::format("linear attention ({}, {} features); ", config.linear.feature_map,
                        attention::feature_size(config.linear, config.head_size()))
          : "";
  return fmt::format("{} {}: {} blocks of {}, {} heads; {}{} positions, {}", name,
                     config.is_decoder ? "decoder" : "encoder", config.num_hidden_layers,
                     config.hidden_size, config.num_attention_heads, attention,
                     config.encoding.name, reach);
}

ordered_json describe_tokenizer(const std::filesystem::path& folder) {
  try {
    const auto tokenizer = text::Tokenizer::load(folder);
    const text::TokenizerFacts& facts = tokenizer.facts();
    const text::SpecialTokens& tokens = facts.tokens;
    std::vector<std::string> special = {tokens.pad, tokens.unk, tokens.cls, tokens.end,
                                        tokens.mask};
    std::erase(special, "");
    ordered_json described = {{"vocabulary_size", tokenizer.vocabulary_size()},
                              {"kind", facts.kind},
                              {"class", facts.tokenizer_class},
                              {"lowercase", facts.lower_cases},
                              {"unk_token", tokens.unk},
                              {"mask_token", tokens.mask},
                              {"special_tokens", special}};
    if (facts.has_sides) {
      described["source_language"] = facts.source_language;
      described["target_language"] = facts.target_language;
    }
    return described;
  } catch (const Error& error) {
    return stated_tokenizer(folder, error.what());
  }
}

ordered_json describe_tensors(const std::map<std::string, format::TensorFacts>& tensors) {
  ordered_json described = ordered_json::object();
  for (const auto& [name, entry] : tensors) {
    described[name] = {{"dtype", std::string(format::dtype_name(entry.dtype))},
                       {"shape", entry.shape}};
  }
  return described;
}

std::string describe_sentences(const std::filesystem::path& folder,
                               std::vector<std::string>& problems) {
  try {
    const auto settings = pipeline::read_sentence_folder(folder);
    if (!settings) return {};
    std::vector<std::string> parts;
    for (const pipeline::Pooling pooling : settings->poolings)
      parts.emplace_back(pooling_in_words(pooling));
    for (const pipeline::SentenceStep& step : settings->steps)
      parts.push_back(step.kind == pipeline::SentenceStep::Kind::dense
                          ? fmt::format("a dense layer ({})", step.activation)
                          : "scaled to length 1");
    if (settings->dimensions > 0)
      parts.push_back(fmt::format("the first {} numbers", settings->dimensions));
    if (settings->max_length > 0)
      parts.push_back(fmt::format("at most {} tokens", settings->max_length));
    if (!settings->default_prompt.empty())
      parts.push_back("the prompt " + settings->default_prompt);
    if (!settings->similarity.empty()) parts.push_back("compared by " + settings->similarity);
    return fmt::format("sentence-transformers: {}", fmt::join(parts, ", "));
  } catch (const Error& error) {
    problems.emplace_back(error.what());
    return error.what();
  }
}

std::vector<std::string> problems_of(const ordered_json& tokenizer,
                                     std::vector<std::string> others) {
  if (tokenizer.contains("error")) others.push_back(tokenizer.at("error").get<std::string>());
  return others;
}

std::vector<std::string> all_oddities(const pipeline::Inspection& inspection,
                                      const ordered_json& tokenizer) {
  std::vector<std::string> oddities = inspection.oddities;
  if (tokenizer.contains("vocabulary_size")) {
    const auto tokens = tokenizer.at("vocabulary_size").get<std::int64_t>();
    if (tokens != inspection.config.encoder.vocab_size)
      oddities.push_back(fmt::format("the tokenizer has {} tokens but the model {} (vocab_size)",
                                     tokens, inspection.config.encoder.vocab_size));
  }
  if (tokenizer.value("class", "").starts_with("RoFormer"))
    oddities.push_back(
        "the tokenizer is RoFormer's, which cuts Chinese words with jieba first; tokenizer.json "
        "cannot say so, and a program that reads it alone gets single characters");
  if (!inspection.report.missing.empty())
    oddities.push_back(fmt::format("{} weights of the head are missing and would start afresh",
                                   inspection.report.missing.size()));
  if (!inspection.report.unused.empty())
    oddities.push_back(fmt::format("{} tensors are of no use to {}",
                                   inspection.report.unused.size(),
                                   inspection.config.architecture));
  return oddities;
}

std::string format_summary(const ordered_json& facts) {
  const auto texts = [&](const char* key) { return facts.at(key).get<std::vector<std::string>>(); };
  const bool is_computed = facts.at("computed").get<bool>();
  std::string result;
  result += rows("model", {facts.at("model").get<std::string>()});
  const auto class_name = facts.at("architecture").get<std::string>();
  if (!class_name.empty()) result += rows("class", {class_name});
  if (!is_computed)
    result += rows("computed", {"not by roformer: " + facts.at("not_computed").get<std::string>()});
  result += rows("made by", {facts.at("made_by").get<std::string>()});
  if (facts.contains("bytes")) {
    result += rows("size", {size_in_words(facts)});
    result += rows("weights", {weights_in_words(facts)});
    if (facts.contains("compute_types"))
      result += rows("computes", {compute_types_in_words(facts)});
  }
  const auto heads = texts("heads");
  if (is_computed)
    result +=
        rows("heads", heads.empty() ? std::vector<std::string>{"none: the bare encoder"} : heads);
  result += rows("tokenizer", {tokenizer_in_words(facts.at("tokenizer"))});
  const auto sentences = facts.at("sentences").get<std::string>();
  if (!sentences.empty()) result += rows("vectors", {sentences});
  const auto commands = texts("commands");
  result += rows("use it with", commands.empty() ? std::vector<std::string>{"nothing"} : commands);
  const auto oddities = texts("unusual");
  result += rows("unusual", oddities.empty() ? std::vector<std::string>{"nothing"} : oddities);
  const auto problems = other_problems(facts);
  if (!problems.empty()) result += rows("problems", problems);
  return result;
}

}  // namespace roformer::cli
