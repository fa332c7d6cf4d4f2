// How `roformer classify` answers with each class of model: a file each, a line in classify.cpp.
#pragma once
#include <string>

#include "roformer/cli/command.h"
#include "roformer/pipeline/classify.h"
#include "roformer/pipeline/label_folder.h"

namespace roformer::cli {

struct ClassifyFlags {
  CommonOptions common;
  std::string model;
  pipeline::ClassifyOptions options = {};
};

constexpr int kProbabilityDigits = 6;  // of JSON

/// The class of each line of standard input, or a number for it.
void classify_texts(const pipeline::LabelFolder& folder, const ClassifyFlags& flags);
/// The entities of each line, or its words with their labels.
void classify_words(const pipeline::LabelFolder& folder, const ClassifyFlags& flags);

}  // namespace roformer::cli
