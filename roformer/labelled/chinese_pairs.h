// Chinese sets of sentence pairs, those of ../shared/data/zh/pairs: what their files are called and what
// stands in them.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/labelled/labelled_options.h"
#include "roformer/labelled/labelled_parts.h"
#include "roformer/labelled/labelled_text.h"

namespace roformer::labelled {

struct ChinesePairs {
  std::string name;            // "LCQMC"
  std::string folder;          // within data.folder, which may be that folder itself
  bool is_regression = false;  // of whole numbers from 0 to 5
  TextColumns columns = {};    // `group` and `group_pair` are the texts: what connects rows
  TableOptions table = {};
  // Names of files; empty: the set as it is handed out has no such part with labels.
  std::string training = {}, validation = {}, test = {};
};

/// The set of that name, whatever its case. Throws Error with the nearest name for another.
ChinesePairs chinese_pairs(std::string_view name);

/// The rows of a file. Throws Error naming file and line.
LabelledText read_chinese_pairs(const ChinesePairs& set, const std::filesystem::path& file);

/// The three parts, of options.folder. What a set lacks is made of what is there, by connected
/// texts: without labels in test (AFQMC) dev is cut in halves, without a training part (LCQMC, BQ,
/// PAWS-X) it is dev less options.validation_share, of one file (ATEC) all three. Throws Error naming
/// what is missing.
LabelledParts chinese_parts(const LabelledOptions& options);

}  // namespace roformer::labelled
