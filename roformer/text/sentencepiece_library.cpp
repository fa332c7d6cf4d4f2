#include "roformer/text/sentencepiece_library.h"

#include <dlfcn.h>

#include <filesystem>

#include "roformer/base/error.h"

namespace roformer::text {
namespace {

namespace fs = std::filesystem;

constexpr const char* plugin_name = "libroformer_sentencepiece.so";
constexpr const char* plugin_function = "roformer_sentencepiece_library";

// Address sanitizer refuses scopes of their own; what is tested with it is without LibTorch.
#ifdef __SANITIZE_ADDRESS__
constexpr int plugin_scope = RTLD_NOW | RTLD_LOCAL;
#else
constexpr int plugin_scope = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif

// Of the shared library or program that this function is in.
fs::path own_folder() {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0) return {};
  const fs::path file = info.dli_fname;
  // A program's name is what it was started by, which may be no path.
  std::error_code unreadable;
  const bool is_library = file.filename().string().find(".so") != std::string::npos;
  return is_library ? fs::absolute(file).parent_path()
                    : fs::read_symlink("/proc/self/exe", unreadable).parent_path();
}

const SentencePieceLibrary* open_library() {
  const fs::path path = own_folder() / plugin_name;
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

}  // namespace

const SentencePieceLibrary& sentencepiece_library() {
  static const SentencePieceLibrary* const library = open_library();
  return *library;
}

}  // namespace roformer::text
