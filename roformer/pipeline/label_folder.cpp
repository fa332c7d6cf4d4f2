#include "roformer/pipeline/label_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"
#include "roformer/head/label_head.h"

namespace roformer::pipeline {

LabelFolder::LabelFolder(const std::filesystem::path& path) : name_(path.string()) {
  const checkpoint::Folder folder(path);
  folder_ = folder.path();
  auto loaded = checkpoint::load_model(folder);
  model_ = std::dynamic_pointer_cast<head::LabelHead>(loaded.module);
  architecture_ = loaded.config.architecture;
  family_ = loaded.config.encoder.model_type;
  missing_ = loaded.report.missing;
}

bool LabelFolder::has(const head::Description& description) const {
  return model_ != nullptr && architecture_ == head::class_name(description, family_);
}

std::shared_ptr<head::LabelHead> LabelFolder::model(const head::Description& description) const {
  const std::string wanted = head::class_name(description, family_);
  base::require(has(description), "[pipeline] {}: expected a {} but got a {}", name_, wanted,
                architecture_);
  base::require(missing_.empty(),
                "[pipeline] {}: expected all weights of a {} but these are missing: {}", name_,
                wanted, fmt::join(missing_, ", "));
  return model_;
}

std::vector<std::string> label_names_of(const model::HeadConfig& head,
                                        const std::vector<std::string>& given) {
  std::vector<std::string> names = given.empty() ? head.labels : given;
  for (std::int64_t i = std::ssize(names); given.empty() && i < head.num_labels; ++i)
    names.push_back(fmt::format("LABEL_{}", i));
  base::require(std::ssize(names) == head.num_labels,
                "[pipeline] expected {} names of labels but got {}", head.num_labels, names.size());
  std::set<std::string_view> seen;
  for (const std::string& name : given)
    base::require(seen.insert(name).second,
                  "[pipeline] expected each name of a label once but got {} twice", name);
  return names;
}

}  // namespace roformer::pipeline
