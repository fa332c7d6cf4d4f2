#include "roformer/text/sentencepiece_library.h"

#include <dlfcn.h>

#include <filesystem>

#include "roformer/base/error.h"
#include "roformer/base/own_folder.h"

namespace roformer::text {
namespace {

namespace fs = std::filesystem;

constexpr const char* plugin_name = "libroformer_sentencepiece.so";
constexpr const char* plugin_function = "roformer_sentencepiece_library";

// Sanitizers refuse scopes of their own; scripts/sanitize loads libsentencepiece first instead.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int plugin_scope = RTLD_NOW | RTLD_LOCAL;
#else
constexpr int plugin_scope = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif

const SentencePieceLibrary* open_library() {
  const fs::path path = base::own_folder() / plugin_name;
  void* const plugin = dlopen(path.c_str(), plugin_scope);
  base::require(plugin != nullptr,
                "[text] expected SentencePiece's plugin at {} (built and installed beside "
                "libroformer.so, with the package libsentencepiece0) but got: {}",
                path.string(), plugin == nullptr ? dlerror() : "");
  using Function = const SentencePieceLibrary* (*)();
  const auto function = reinterpret_cast<Function>(dlsym(plugin, plugin_function));
  base::require(function != nullptr, "[text] {}: expected a function {} but there is none",
                path.string(), plugin_function);
  return function();
}

void require_done(const std::string& problem, std::string_view name) {
  base::require(problem.empty(), "[text] {}: expected a SentencePiece model but got an error: {}",
                name, problem);
}

}  // namespace

const SentencePieceLibrary& sentencepiece_library() {
  static const SentencePieceLibrary* const library = open_library();
  return *library;
}

SentencePieceModel::SentencePieceModel(std::string bytes, std::string_view name)
    : bytes_(std::move(bytes)), name_(name) {
  // The library takes nothing at all for a model without pieces, and then ends the program.
  base::require(!bytes_.empty(), "[text] {}: expected a SentencePiece model but got an empty file",
                name_);
  auto processor = sentencepiece_library().make_processor();
  require_done(processor->load(bytes_), name_);
  base::require(processor->size() > 0,
                "[text] {}: expected a SentencePiece model but it has no pieces", name_);
  processor_ = std::move(processor);
}

std::vector<int> SentencePieceModel::encode_ids(std::string_view line) const {
  std::vector<int> ids;
  require_done(processor_->encode(line, ids), name_);
  return ids;
}

std::vector<std::string> SentencePieceModel::encode(std::string_view line) const {
  std::vector<std::string> pieces;
  require_done(processor_->encode(line, pieces), name_);
  return pieces;
}

std::string SentencePieceModel::decode(const std::vector<std::string>& pieces) const {
  std::string text;
  require_done(processor_->decode(pieces, text), name_);
  return text;
}

}  // namespace roformer::text
