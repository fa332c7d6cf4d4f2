#include "roformer/cli/inspect_commands.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/base/shell_word.h"
#include "roformer/pipeline/translate.h"
#include "roformer/pipeline/uses.h"
#include "roformer/text/tokenizer.h"

namespace roformer::cli {
namespace {

std::string command_on(const std::string& command, const std::filesystem::path& path) {
  return fmt::format("roformer {} --model {}", command, base::shell_path(path));
}

std::string run_command_on(const std::filesystem::path& path) {
  return command_on("run", path) + " --inputs in.safetensors --outputs out.safetensors";
}

// Whether the folder's tokenizer is the model's, as open_translate asks.
bool translates(const checkpoint::Folder& folder, const checkpoint::TranslationModel& loaded) {
  try {
    const pipeline::Translate translate({loaded.module.ptr()}, text::Tokenizer::load(folder.path()),
                                        {});
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::vector<std::string> usable_commands(const checkpoint::Folder& folder,
                                         const pipeline::Inspection& inspection,
                                         const std::filesystem::path& path) {
  const pipeline::Uses uses = pipeline::uses_of(folder, inspection);
  std::vector<std::string> commands;
  if (uses.fill_mask) commands.push_back(command_on("fill-mask", path));
  if (uses.classify) commands.push_back(command_on("classify", path));
  if (uses.embed) commands.push_back(command_on("embed", path));
  if (uses.similarity) commands.push_back(command_on("similarity", path));
  if (uses.embed_by_pooler) commands.push_back(command_on("embed --pooling pooler", path));
  if (uses.generate) commands.push_back(command_on("generate", path));
  if (uses.tokenize) commands.push_back(command_on("tokenize", path));
  if (uses.run) commands.push_back(run_command_on(path));
  return commands;
}

std::vector<std::string> translation_commands(const checkpoint::Folder& folder,
                                              const checkpoint::TranslationModel& loaded,
                                              bool is_finite, const std::filesystem::path& path) {
  std::vector<std::string> commands;
  if (is_finite && translates(folder, loaded)) commands.push_back(command_on("translate", path));
  try {
    text::Tokenizer::load(folder.path());
    commands.push_back(command_on("tokenize", path));
  } catch (const Error&) {  // said where the tokenizer is described
  }
  if (is_finite) commands.push_back(run_command_on(path));
  return commands;
}

std::vector<std::string> tokenizer_commands(const nlohmann::ordered_json& tokenizer,
                                            const std::filesystem::path& path) {
  if (tokenizer.contains("error")) return {};
  return {command_on("tokenize", path)};
}

}  // namespace roformer::cli
