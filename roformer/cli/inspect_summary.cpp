#include "roformer/cli/inspect_summary.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "roformer/base/error.h"
#include "roformer/pipeline/sentence_folder.h"
#include "roformer/text/tokenizer.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

std::string tokenizer_in_words(const ordered_json& tokenizer) {
  if (tokenizer.contains("error"))
    return "none that can be used: " + tokenizer.at("error").get<std::string>();
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

}  // namespace

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
    return {{"error", error.what()}};
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

std::string describe_sentences(const std::filesystem::path& folder) {
  try {
    const auto settings = pipeline::read_sentence_folder(folder);
    if (!settings) return {};
    std::string text = "sentence-transformers: " + pooling_in_words(settings->pooling);
    if (settings->normalize) text += ", scaled to length 1";
    if (settings->max_length > 0) text += fmt::format(", at most {} tokens", settings->max_length);
    return text;
  } catch (const Error& error) {
    return error.what();
  }
}

std::vector<std::string> usable_commands(const pipeline::Inspection& inspection,
                                         const ordered_json& tokenizer, const std::string& folder) {
  const auto has = [&](const char* head) {
    return std::find(inspection.heads.begin(), inspection.heads.end(), head) !=
           inspection.heads.end();
  };
  std::vector<std::string> commands;
  if (!tokenizer.contains("error")) {
    if (has("masked language model")) commands.push_back("roformer fill-mask --model " + folder);
    if (!inspection.config.encoder.is_decoder) {
      commands.push_back("roformer embed --model " + folder);
      const bool has_own = std::filesystem::exists(std::filesystem::path(folder) / "modules.json");
      if (has("pooler") && !has_own)
        commands.push_back("roformer embed --pooling pooler --model " + folder);
    }
    if (has("causal language model")) commands.push_back("roformer generate --model " + folder);
    commands.push_back("roformer tokenize --model " + folder);
  }
  if (inspection.classes.size() == 1)
    commands.push_back("roformer run --model " + folder +
                       " --inputs in.safetensors --outputs out.safetensors");
  return commands;
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
  const auto files = facts.at("files").get<std::size_t>();
  std::string result;
  result += rows("model", {facts.at("model").get<std::string>()});
  result += rows("class", {facts.at("architecture").get<std::string>()});
  result += rows("made by", {facts.at("made_by").get<std::string>()});
  result +=
      rows("size", {fmt::format("{} parameters, {} of them the encoder's; {:.1f} MB",
                                in_millions(facts.at("parameters").get<std::int64_t>()),
                                in_millions(facts.at("encoder_parameters").get<std::int64_t>()),
                                static_cast<double>(facts.at("bytes").get<std::size_t>()) / 1e6)});
  result += rows("weights", {fmt::format("{}, {}, {} file{}", facts.at("format").get<std::string>(),
                                         facts.at("element_types").get<std::string>(), files,
                                         files == 1 ? "" : "s")});
  const auto heads = texts("heads");
  result +=
      rows("heads", heads.empty() ? std::vector<std::string>{"none: the bare encoder"} : heads);
  result += rows("tokenizer", {tokenizer_in_words(facts.at("tokenizer"))});
  const auto sentences = facts.at("sentences").get<std::string>();
  if (!sentences.empty()) result += rows("vectors", {sentences});
  result += rows("use it with", texts("commands"));
  const auto oddities = texts("unusual");
  result += rows("unusual", oddities.empty() ? std::vector<std::string>{"nothing"} : oddities);
  return result;
}

}  // namespace roformer::cli
