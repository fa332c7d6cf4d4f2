// What a checkpoint can be used for: each pipeline's own conditions, without computing anything.
#pragma once
#include "roformer/checkpoint/folder.h"
#include "roformer/pipeline/inspect.h"

namespace roformer::pipeline {

/// The commands that take the checkpoint.
struct Uses {
  bool fill_mask = false;
  bool classify = false;
  bool embed = false;
  bool similarity = false;       // its vectors are made to be compared
  bool embed_by_pooler = false;  // a choice beside the mean, where the folder makes none itself
  bool generate = false;
  bool tokenize = false;
  bool run = false;
};

/// Those of a folder whose inspection is given: none that would refuse it for its weights, its
/// tokenizer or its own files.
Uses uses_of(const checkpoint::Folder& folder, const Inspection& inspection);

}  // namespace roformer::pipeline
