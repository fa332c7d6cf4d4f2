// The kinds of task as task/kinds.cpp has them, without their tensors.
#include "roformer/task/recipe.h"
#include "roformer/task/recipe_sections.h"

namespace roformer::task {
namespace {

class FuzzedLanguage final : public LanguageKind {
 public:
  using LanguageKind::LanguageKind;
  std::vector<std::string> uses() const override { return {}; }
  std::shared_ptr<const Material> open(const Recipe&, const std::filesystem::path&) const override {
    return nullptr;
  }
};

class FuzzedTranslation final : public Kind {
 public:
  std::string_view name() const override { return "translation"; }
  void read(SectionReader&, const base::TomlTable& root, Recipe& recipe) const override {
    read_translation_model(root, recipe);
    recipe.options = read_parallel_data(root, recipe);
  }
  bool has_length() const override { return false; }
  std::vector<std::string> uses() const override { return {}; }
  void validate(const Recipe& recipe) const override { require_sound(recipe.model, "recipe"); }
  std::shared_ptr<const Material> open(const Recipe&, const std::filesystem::path&) const override {
    return nullptr;
  }
};

}  // namespace

std::vector<const Kind*> kinds() {
  static const FuzzedLanguage masked("masked_lm", data::DataUse::masked_language);
  static const FuzzedLanguage causal("causal_lm", data::DataUse::causal_language);
  static const FuzzedTranslation translation;
  return {&masked, &causal, &translation};
}

}  // namespace roformer::task
