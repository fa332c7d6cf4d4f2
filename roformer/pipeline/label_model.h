// A checkpoint folder's model with a head of labels, and its tokenizer.
#pragma once
#include <filesystem>
#include <memory>

#include "roformer/head/label_head.h"
#include "roformer/text/tokenizer.h"

namespace roformer::pipeline {

struct LabelModel {
  std::shared_ptr<head::LabelHead> model;
  text::Tokenizer tokenizer;
};

/// Opens a folder. Throws Error naming its class where it has another head than this, and the
/// weights that are missing.
LabelModel open_label_model(const std::filesystem::path& path,
                            const head::Description& description);

}  // namespace roformer::pipeline
