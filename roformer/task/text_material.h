// A text from which tasks of one type are made: what the materials of all kinds have in common.
#pragma once
#include <memory>
#include <string>
#include <utility>

#include "roformer/task/fingerprint.h"
#include "roformer/task/material.h"

namespace roformer::task {

/// `Task` names its Text, and says how its model is drawn for a text (`Task::draw`), after whatever
/// there is to be checked, and loaded from a folder (`Task::load`).
template <typename Task>
class TextMaterial : public Material {
 public:
  using Text = typename Task::Text;  // what it reads

  explicit TextMaterial(std::shared_ptr<const Text> text) : text_(std::move(text)) {}

  std::string summary() const override { return text_->summary(); }
  std::string fingerprint() const override { return fingerprint_of(*text_); }

  std::unique_ptr<RecipeTask> make_task(const Recipe& recipe, torch::Device device) const override {
    return std::make_unique<Task>(recipe, text_, Task::draw(recipe, *text_), device);
  }
  std::unique_ptr<RecipeTask> load_task(const Recipe& recipe, const std::filesystem::path& folder,
                                        torch::Device device) const override {
    return std::make_unique<Task>(recipe, text_, Task::load(recipe, *text_, folder), device);
  }

  const std::shared_ptr<const Text>& text() const { return text_; }

 private:
  std::shared_ptr<const Text> text_;
};

/// The text of a material whose tasks are of this type. Throws std::bad_cast for another one.
template <typename Task>
std::shared_ptr<const typename Task::Text> text_of(const Material& material) {
  return dynamic_cast<const TextMaterial<Task>&>(material).text();
}

}  // namespace roformer::task
