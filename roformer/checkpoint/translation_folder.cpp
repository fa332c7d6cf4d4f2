#include "roformer/checkpoint/translation_folder.h"

#include <torch/autograd.h>

#include <utility>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/checkpoint/fit.h"
#include "roformer/checkpoint/marian_names.h"
#include "roformer/checkpoint/save.h"
#include "roformer/checkpoint/weights.h"
#include "roformer/format/copy_tensor.h"

namespace roformer::checkpoint {
namespace {

constexpr const char* words_parameter = "shared.weight";

// A lying config.json must not ask for more memory than the file has.
void require_shapes(const model::EncoderDecoderConfig& config, const format::TensorSource& file) {
  const NameSet names = names_of(file);
  const model::EncoderConfig& side = config.encoder;
  require_tensor(file, marian_words(names, file.path().string()),
                 {side.vocab_size, side.hidden_size});
  for (const auto& [name, layers] :
       {std::pair{"encoder", &config.encoder}, std::pair{"decoder", &config.decoder}}) {
    if (layers->num_hidden_layers == 0) continue;
    require_tensor(
        file, fmt::format("model.{}.layers.{}.fc1.weight", name, layers->num_hidden_layers - 1),
        {layers->intermediate_size, layers->hidden_size});
  }
}

// A tensor of the file and the rows of our parameter that it fills.
struct PlannedCopy {
  std::string name;
  torch::Tensor target;
};

class TranslationLoad {
 public:
  explicit TranslationLoad(const format::TensorSource& file)
      : file_(file), names_(names_of(file)) {}

  void add_parameter(const std::string& name, const torch::Tensor& parameter) {
    const auto parts = name == words_parameter
                           ? std::vector{marian_words(names_, file_.path().string())}
                           : marian_names(name);
    const auto targets = parameter.chunk(static_cast<std::int64_t>(parts.size()), 0);
    for (std::size_t i = 0; i < parts.size(); ++i) add(parts[i], targets[i]);
  }

  // A buffer that the file lacks stays as it is; an empty one takes the size of the file's.
  void add_buffer(const std::string& name, torch::Tensor buffer) {
    const std::string part = marian_names(name).front();
    if (!names_.contains(part)) return;
    if (buffer.numel() == 0) buffer.resize_(file_.entries().at(part).shape);
    add(part, buffer);
  }

  // Copies all that is planned; returns the names that nothing asked for.
  std::vector<std::string> run() {
    NameSet used;
    for (const PlannedCopy& copy : copies_) {
      format::copy_tensor(copy.target, file_, copy.name);
      used.insert(copy.name);
    }
    std::vector<std::string> unused;
    for (const std::string& name : names_)
      if (!used.contains(name) && !is_marian_alias(name)) unused.push_back(name);
    return unused;
  }

 private:
  void add(const std::string& name, const torch::Tensor& target) {
    require_tensor(file_, name, target.sizes().vec());
    copies_.push_back({name, target});
  }

  const format::TensorSource& file_;
  NameSet names_;
  std::vector<PlannedCopy> copies_;
};

}  // namespace

std::vector<std::string> load_translation_weights(model::EncoderDecoderImpl& module,
                                                  const format::TensorSource& file) {
  const torch::NoGradGuard no_gradient;
  TranslationLoad load(file);
  for (auto& item : module.named_parameters()) load.add_parameter(item.key(), item.value());
  for (auto& item : module.named_buffers()) load.add_buffer(item.key(), item.value());
  return load.run();
}

TranslationModel load_translation_model(const std::filesystem::path& folder) {
  TranslationModel loaded;
  loaded.config = load_translation_config(folder);
  const Weights file = open_weights(folder);
  require_shapes(loaded.config.model, file);
  loaded.module = model::EncoderDecoder(loaded.config.model);
  loaded.unused = load_translation_weights(*loaded.module, file);
  if (!loaded.unused.empty())
    spdlog::warn("{}: config.json leaves {} tensors unused, {} the first", file.path().string(),
                 loaded.unused.size(), loaded.unused.front());
  loaded.module->eval();
  return loaded;
}

void save_translation_model(const model::EncoderDecoderImpl& module,
                            const TranslationConfig& config, const std::filesystem::path& folder) {
  format::TensorMap tensors;
  for (const auto& item : module.named_parameters()) {
    const auto names = marian_names(item.key());
    const auto parts = item.value().detach().chunk(static_cast<std::int64_t>(names.size()), 0);
    for (std::size_t i = 0; i < names.size(); ++i) tensors[names[i]] = parts[i];
  }
  for (const auto& item : module.named_buffers())
    if (item.value().numel() > 0) tensors[marian_names(item.key()).front()] = item.value().detach();
  TranslationConfig saved = config;
  saved.model = module.config();
  save_checkpoint(tensors, format_translation_config(saved), folder);
}

}  // namespace roformer::checkpoint
