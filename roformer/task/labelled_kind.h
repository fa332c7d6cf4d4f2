// A kind of task that learns from labelled examples: what recipes of all of them have in common.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "roformer/task/kind.h"
#include "roformer/task/recipe_sections.h"
#include "roformer/task/text_material.h"

namespace roformer::task {

/// Defaults of fine-tuning: Devlin et al. 2019, appendix A.3, in whose range the paper searches
/// (section 4.3.2).
void set_fine_tuning(Recipe& recipe);

/// [task] class_weights (labelled/class_weights.h), which only classes have.
std::vector<std::string> read_class_weights(SectionReader& task, labelled::LabelUse use);

/// [task] pooling and loss, which only rankings have.
labelled::RankingLoss read_ranking(SectionReader& task, labelled::LabelUse use);

/// The recipe with these files as its test part and none besides, for the labels of a folder's
/// model: what `evaluate_files` opens. Throws Error for a recipe of other than labelled examples,
/// and where the model has no such labels.
Recipe recipe_of_files(Recipe recipe, const std::vector<std::string>& files,
                       const std::filesystem::path& folder);

/// `Task` has the type Text, whose constructor takes labelled::LabelledOptions.
template <typename Task>
class LabelledKind : public Kind {
 public:
  LabelledKind(std::string_view name, labelled::LabelUse use) : name_(name), use_(use) {}

  std::string_view name() const override { return name_; }
  void read(SectionReader& task, const base::TomlTable& root, Recipe& recipe) const override {
    const auto weights = read_class_weights(task, use_);
    const auto ranking = read_ranking(task, use_);
    read_language_model(root, /*is_decoder=*/false, recipe);
    auto options = read_labelled_data(root, use_, recipe);
    options.class_weights = weights;
    options.ranking = ranking;
    recipe.options = options;
  }
  bool has_length() const override { return false; }
  void set_defaults(Recipe& recipe) const override { set_fine_tuning(recipe); }
  void validate(const Recipe& recipe) const override {
    require_sound(recipe.model, recipe.path.string());
    require_positions(recipe, options_of<labelled::LabelledOptions>(recipe).max_length,
                      "data.max_length");
  }
  std::vector<std::string> uses() const override {
    return {"roformer classify --model {} < lines.txt"};
  }
  std::shared_ptr<const Material> open(const Recipe& recipe,
                                       const std::filesystem::path& vocabulary) const override {
    auto options = options_of<labelled::LabelledOptions>(recipe);
    if (!vocabulary.empty()) options.vocabulary = vocabulary.string();
    return std::make_shared<const TextMaterial<Task>>(
        std::make_shared<const typename Task::Text>(options));
  }

 private:
  std::string_view name_;
  labelled::LabelUse use_;
};

}  // namespace roformer::task
