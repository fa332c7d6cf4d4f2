#include "roformer/pipeline/write_sentence_folder.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/format/safetensors.h"

namespace roformer::pipeline {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

void write_json(const fs::path& file, const ordered_json& value) {
  base::make_folder(file.parent_path());
  base::write_file_atomically(file, value.dump(2) + "\n");
}

// Modules in their order: folders are numbered by it.
class ModuleList {
 public:
  /// The folder of the next module.
  std::string add(const std::string& name) {
    const std::size_t number = list_.size();
    const std::string path = number == 0 ? "" : fmt::format("{}_{}", number, name);
    list_.push_back({{"idx", number},
                     {"name", std::to_string(number)},
                     {"path", path},
                     {"type", "sentence_transformers.models." + name}});
    return path;
  }
  const ordered_json& list() const { return list_; }

 private:
  ordered_json list_ = ordered_json::array();
};

ordered_json pooling_config(const SentenceSettings& settings, std::int64_t hidden_size) {
  ordered_json config = {{"word_embedding_dimension", hidden_size}};
  const auto has = [&](Pooling pooling) {
    const auto& all = settings.poolings;
    return std::find(all.begin(), all.end(), pooling) != all.end();
  };
  config["pooling_mode_cls_token"] = has(Pooling::cls) || has(Pooling::pooler);
  config["pooling_mode_mean_tokens"] = has(Pooling::mean);
  config["pooling_mode_max_tokens"] = has(Pooling::max);
  config["pooling_mode_mean_sqrt_len_tokens"] = has(Pooling::mean_sqrt);
  config["pooling_mode_weightedmean_tokens"] = has(Pooling::weighted_mean);
  config["pooling_mode_lasttoken"] = has(Pooling::last);
  config["include_prompt"] = settings.include_prompt;
  return config;
}

void write_pooler(const fs::path& folder, const PoolerWeights& pooler) {
  const bool is_linear = pooler.activation.empty() || pooler.activation == "linear";
  base::require(is_linear || pooler.activation == "tanh",
                "[pipeline] {}: expected a pooler with tanh or linear but got {}", folder.string(),
                pooler.activation);
  const std::int64_t size = pooler.weight.size(0);
  write_json(folder / "config.json",
             {{"in_features", pooler.weight.size(1)},
              {"out_features", size},
              {"bias", true},
              {"activation_function", is_linear ? "torch.nn.modules.linear.Identity"
                                                : "torch.nn.modules.activation.Tanh"}});
  format::save_tensors(folder / "model.safetensors",
                       {{"linear.weight", pooler.weight.detach().cpu().contiguous()},
                        {"linear.bias", pooler.bias.detach().cpu().contiguous()}},
                       {{"format", "pt"}});
}

// sentence-transformers' order, whatever the order of the words in a file.
constexpr std::array kOrder = {Pooling::cls,       Pooling::max,           Pooling::mean,
                               Pooling::mean_sqrt, Pooling::weighted_mean, Pooling::last,
                               Pooling::pooler};

}  // namespace

std::vector<Pooling> writable_poolings(const std::vector<std::string>& names) {
  std::vector<Pooling> asked, ordered;
  for (const std::string& name : names) asked.push_back(pooling_of(name));
  for (const Pooling pooling : kOrder)
    if (std::find(asked.begin(), asked.end(), pooling) != asked.end()) ordered.push_back(pooling);
  base::require(!names.empty() && ordered.size() == names.size(),
                "[pipeline] expected a pooling, or several that are each named once, but got {}",
                fmt::join(names, ", "));
  base::require(
      ordered.size() == 1 || ordered.back() != Pooling::pooler,
      "[pipeline] expected a pooler alone, which folders of sentence-transformers have as "
      "a dense layer behind [CLS], but got {}",
      fmt::join(names, ", "));
  return ordered;
}

void write_sentence_folder(const fs::path& folder, const SentenceSettings& settings,
                           std::int64_t hidden_size, const std::optional<PoolerWeights>& pooler) {
  for (const SentenceStep& step : settings.steps)
    base::require(step.kind == SentenceStep::Kind::normalize,
                  "[pipeline] {}: expected no dense layer to write behind the pooling but got one",
                  folder.string());
  const bool has_pooler = settings.poolings.back() == Pooling::pooler;
  base::require(has_pooler == pooler.has_value(),
                "[pipeline] expected a pooler's weights with that pooling and with no other");
  ModuleList modules;
  modules.add("Transformer");
  write_json(folder / modules.add("Pooling") / "config.json",
             pooling_config(settings, hidden_size));
  if (pooler) write_pooler(folder / modules.add("Dense"), *pooler);
  if (!settings.steps.empty())
    write_json(folder / modules.add("Normalize") / "config.json", ordered_json::object());
  ordered_json transformer = {{"do_lower_case", settings.lower_case}};
  if (!settings.is_unlimited && settings.max_length > 0)
    transformer["max_seq_length"] = settings.max_length;
  write_json(folder / "sentence_bert_config.json", transformer);
  ordered_json prompts = ordered_json::object();
  for (const auto& [name, text] : settings.prompts) prompts[name] = text;
  const std::string similarity = settings.similarity.empty() ? "cosine" : settings.similarity;
  write_json(
      folder / "config_sentence_transformers.json",
      {{"prompts", prompts}, {"default_prompt_name", nullptr}, {"similarity_fn_name", similarity}});
  write_json(folder / "modules.json",
             modules.list());  // the last: without it there is no such folder
}

}  // namespace roformer::pipeline
