#include "roformer/checkpoint/load.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <regex>
#include <string>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/checkpoint/weight_names.h"
#include "roformer/format/blank_weights.h"
#include "roformer/format/printable.h"
#include "roformer/head/registry.h"

namespace roformer::checkpoint {
namespace {

std::int64_t elements_of(const format::TensorSource& file) {
  std::size_t count = 0;
  for (const auto& [name, facts] : file.entries())
    count += format::byte_size(facts.shape, facts.dtype, name) / format::dtype_size(facts.dtype);
  return static_cast<std::int64_t>(count);
}

head::Holdings holdings_of(const Folder& folder) {
  return {folder.config().encoder, folder.config().head, shapes_of_heads(folder.weights())};
}

// A part of weights that lie in several files, model-00001-of-00003.safetensors, is no model.
void require_whole(const std::filesystem::path& file) {
  static const std::regex part("(.+)-[0-9]{5}-of-([0-9]{5})([.][a-z]+)");
  const std::string name = file.filename().string();
  std::smatch match;
  if (!std::regex_match(name, match, part) || match[2] == "00001") return;
  base::fail(
      "[checkpoint] {}: expected all weights but got one of {} files; give the folder, or "
      "{}{}.index.json",
      file.string(), std::stoi(match[2]), match[1].str(), match[3].str());
}

// `read` has a module made of the class's head.
template <typename Read>
Loaded<std::shared_ptr<head::Model>> with_head(const Folder& folder, const std::string& class_name,
                                               const Read& read) {
  Loaded<std::shared_ptr<head::Model>> loaded;
  loaded.config = folder.config();
  const head::Holdings holdings = holdings_of(folder);
  const head::Description* head = nullptr;
  base::at_place(fmt::format("[checkpoint] {}", folder.path().string()),
                 [&] { head = &head::choose(class_name, holdings); });
  const std::string stated =
      std::exchange(loaded.config.architecture, head->classes.at(holdings.config.model_type).name);
  if (!stated.empty() && stated != loaded.config.architecture)
    spdlog::warn("{}: config.json names {}, a class that is not known: taken for {}",
                 folder.path().string(), format::printable(stated), loaded.config.architecture);
  loaded.report = read([&] {
    loaded.module = head->make(holdings);
    return std::shared_ptr<torch::nn::Module>(loaded.module, &loaded.module->module());
  });
  return loaded;
}

}  // namespace

LoadPlan plan_encoder(const torch::nn::Module& module, const format::TensorSource& file) {
  return {module, file, EncoderNames(module, file)};
}

LoadReport load_weights(torch::nn::Module& module, const format::TensorSource& file) {
  const LoadPlan plan = plan_encoder(module, file);
  plan.run();
  warn_of_unused(plan.report(), file.path());
  return plan.report();
}

void require_plausible(const model::EncoderConfig& config, const format::TensorSource& file,
                       const BlockNames& blocks) {
  require_whole(file.path());
  const std::int64_t count = config.num_hidden_layers;
  const std::string last = fmt::format("{}.{}.", blocks.in_file, count - 1);
  base::require(count == 0 || std::any_of(file.entries().begin(), file.entries().end(),
                                          [&](const auto& entry) {
                                            return entry.first.find(last) != std::string::npos;
                                          }),
                "[checkpoint] {}: expected {} blocks ({}) but got no tensor of {}",
                file.path().string(), count, blocks.key, last);
  const std::int64_t elements = elements_of(file);
  const auto require_most = [&](const char* key, std::int64_t size, const char* where) {
    base::require(size <= elements,
                  "[checkpoint] {}: expected {} ({}) of at most {}, the numbers in the file, "
                  "but got {}",
                  file.path().string(), key, where, elements, size);
  };
  require_most("vocab_size", config.vocab_size, "the rows of word_embeddings");
  require_most("embedding_size", config.embedding_size, "the columns of word_embeddings");
  require_most("hidden_size", config.hidden_size, "the rows of embeddings_project");
  require_most("intermediate_size", config.intermediate_size, "the rows of intermediate.dense");
  require_most("type_vocab_size", config.type_vocab_size, "the rows of token_type_embeddings");
}

void warn_of_missing(const LoadReport& report, const std::filesystem::path& folder) {
  if (report.missing.empty()) return;
  spdlog::warn("{}: these weights are missing and start afresh: {}", folder.string(),
               fmt::join(report.missing, ", "));
}

void warn_of_unused(const LoadReport& report, const std::filesystem::path& file) {
  std::vector<std::string> names;
  for (const auto& name : report.unused) {
    if (name.find("encoder.layer.") != name.npos || name.find("embeddings") != name.npos)
      names.push_back(name);
  }
  if (names.empty()) return;
  spdlog::warn(
      "{}: config.json leaves {} weights of the encoder unused, {} the first; inspect lists them",
      file.string(), names.size(), names.front());
}

LoadPlan plan_module(const MakeModule& make, const format::TensorSource& file,
                     const MakePlan& plan) {
  std::shared_ptr<torch::nn::Module> module;
  base::at_place(fmt::format("[checkpoint] {}", file.path().string()), [&] {
    const format::BlankWeights blank;
    module = make();
  });
  return plan(*module, file);
}

LoadReport read_module(const MakeModule& make, const format::TensorSource& file,
                       const MakePlan& plan) {
  std::shared_ptr<torch::nn::Module> module;
  const auto make_and_keep = [&] { return module = make(); };
  LoadPlan steps = plan_module(make_and_keep, file, plan);
  if (!steps.report().missing.empty()) steps = plan(*make_and_keep(), file);
  steps.run();
  module->eval();
  return steps.report();
}

LoadReport read_encoder(const MakeModule& make, const Folder& folder) {
  const Weights& file = folder.weights();
  require_plausible(folder.config().encoder, file);
  LoadReport report = read_module(make, file);
  warn_of_unused(report, file.path());
  return report;
}

Loaded<std::shared_ptr<head::Model>> load_model(const Folder& folder) {
  return with_head(folder, folder.config().architecture,
                   [&](const MakeModule& make) { return read_encoder(make, folder); });
}

std::vector<std::string> possible_classes(const Folder& folder) {
  return head::possible_classes(folder.config().architecture, holdings_of(folder));
}

Loaded<std::shared_ptr<head::Model>> plan_model(const Folder& folder) {
  return with_head(folder, possible_classes(folder).front(), [&](const MakeModule& make) {
    require_plausible(folder.config().encoder, folder.weights());
    return plan_module(make, folder.weights()).report();
  });
}

}  // namespace roformer::checkpoint
