// What the comparisons with transformers need and no command offers: `parity_driver resave IN OUT`
// loads a checkpoint as the class it names and saves it again.
#include <cstdio>
#include <exception>
#include <string>

#include "roformer/checkpoint/load.h"
#include "roformer/checkpoint/save.h"
#include "roformer/model/encoder.h"
#include "roformer/model/heads.h"

namespace {

using namespace roformer;
using checkpoint::Architecture;

template <typename Module>
void resave_as(const std::string& from, const std::string& to) {
  const auto loaded = checkpoint::load_model<Module>(from);
  checkpoint::save_model(*loaded.module, loaded.config, to);
}

void resave(const std::string& from, const std::string& to) {
  switch (checkpoint::load_config(from).architecture) {
    case Architecture::masked_language_model:
      return resave_as<model::MaskedLanguageModel>(from, to);
    case Architecture::sequence_classifier:
      return resave_as<model::SequenceClassifier>(from, to);
    case Architecture::token_classifier:
      return resave_as<model::TokenClassifier>(from, to);
    default:
      return resave_as<model::Encoder>(from, to);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 || std::string(argv[1]) != "resave") {
    std::fprintf(stderr, "usage: parity_driver resave IN OUT\n");
    return 2;
  }
  try {
    resave(argv[2], argv[3]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
