#include "roformer/checkpoint/folder.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/base/file.h"
#include "roformer/format/safetensors.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::checkpoint {
namespace {

constexpr const char* kRoFormer =
    R"({"model_type":"roformer","architectures":["RoFormerForMaskedLM"],"vocab_size":3})";

void write_weights(const TemporaryFolder& folder, format::TensorMap tensors) {
  tensors.emplace("roformer.embeddings.word_embeddings.weight", torch::ones({3, 2}));
  format::save_tensors(folder / "model.safetensors", tensors);
}

TEST(Folder, ReadsEachFileOnceAndKeepsIt) {
  const TemporaryFolder folder("folder");
  base::write_file_atomically(folder / "config.json", kRoFormer);
  write_weights(folder, {});
  const Folder opened(folder.path());
  EXPECT_EQ(opened.weights().entries().size(), 1u);
  std::filesystem::remove(folder / "config.json");
  std::filesystem::remove(folder / "model.safetensors");
  EXPECT_TRUE(opened.has_config());
  EXPECT_EQ(opened.config_text(), kRoFormer);
  EXPECT_FALSE(opened.is_translation());
  EXPECT_EQ(opened.config().encoder.vocab_size, 3);
  EXPECT_EQ(opened.weights().tensor("roformer.embeddings.word_embeddings.weight").numel(), 6);
}

TEST(Folder, AFileOfWeightsIsOpenedInItsFolder) {
  const TemporaryFolder folder("folder-file");
  base::write_file_atomically(folder / "config.json", kRoFormer);
  write_weights(folder, {});
  std::filesystem::rename(folder / "model.safetensors", folder / "other.bin");
  const Folder opened(folder / "other.bin");
  EXPECT_EQ(opened.path(), folder.path());
  EXPECT_EQ(opened.weights().path(), folder / "other.bin");
  EXPECT_TRUE(opened.has_config());
}

TEST(Folder, SaysWhatIsMissing) {
  const TemporaryFolder folder("folder-empty");
  const Folder empty(folder.path());
  EXPECT_FALSE(empty.has_config());
  EXPECT_FALSE(empty.is_translation());
  expect_error({"config.json"}, [&] { empty.config_text(); });
  expect_error({"model.safetensors", "there is none"}, [&] { empty.weights(); });
  expect_error({"nowhere"}, [&] { Folder(folder / "nowhere"); });
  base::write_file_atomically(folder / "config.json", "{");
  expect_error({"config.json"}, [&] { Folder(folder.path()).is_translation(); });
}

TEST(Folder, GooglesConfigurationStandsInForConfigJson) {
  const TemporaryFolder folder("folder-google");
  base::write_file_atomically(folder / "bert_config.json", R"({"vocab_size":3})");
  write_weights(folder, {});
  const Folder opened(folder.path());
  EXPECT_TRUE(opened.has_config());
  EXPECT_EQ(opened.config().encoder.model_type, "roformer");
  base::write_file_atomically(folder / "config.json", kRoFormer);
  EXPECT_EQ(Folder(folder.path()).config_text(), kRoFormer);
}

TEST(Folder, TellsEncoderDecodersByTheirModelType) {
  const TemporaryFolder folder("folder-translation");
  for (const auto& [text, expected] : {std::pair{R"({"model_type":"marian"})", true},
                                       {R"({"model_type":"roformer_translation"})", true},
                                       {R"({"model_type":"bert"})", false},
                                       {R"({"model_type":3})", false},
                                       {R"([])", false}}) {
    base::write_file_atomically(folder / "config.json", text);
    EXPECT_EQ(Folder(folder.path()).is_translation(), expected) << text;
  }
}

TEST(Folder, AnotherDecoderThanTheWordsIsNotTied) {
  const TemporaryFolder folder("folder-tied");
  base::write_file_atomically(folder / "config.json", kRoFormer);
  const auto is_tied = [&](const torch::Tensor& decoder) {
    write_weights(folder, {{"cls.predictions.decoder.weight", decoder}});
    const Folder opened(folder.path());
    EXPECT_TRUE(opened.stated_config().encoder.tie_word_embeddings);
    return opened.config().encoder.tie_word_embeddings;
  };
  EXPECT_TRUE(is_tied(torch::ones({3, 2})));
  EXPECT_FALSE(is_tied(torch::zeros({3, 2})));
  EXPECT_FALSE(is_tied(torch::ones({3, 1})));
}

TEST(Folder, OfWeightsIsTheOneThatTheyLieIn) {
  const TemporaryFolder folder("folder-of");
  write_weights(folder, {});
  base::write_file_atomically(folder / "vocab.txt", "[PAD]\n");
  EXPECT_EQ(folder_of(folder / "model.safetensors"), folder.path());
  EXPECT_EQ(folder_of(folder.path()), folder.path());
  EXPECT_EQ(folder_of(folder / "vocab.txt"), folder / "vocab.txt");
  EXPECT_EQ(folder_of(folder / "nowhere"), folder / "nowhere");
}

TEST(Folder, OthersThanItsOwnWeightsAreRefusedWhereThoseAreRead) {
  const TemporaryFolder folder("folder-of-own");
  write_weights(folder, {});
  std::filesystem::copy_file(folder / "model.safetensors", folder / "other.safetensors");
  EXPECT_EQ(folder_of_own(folder / "model.safetensors"), folder.path());
  EXPECT_EQ(folder_of_own(folder.path()), folder.path());
  expect_error({"other.safetensors", "model.safetensors"},
               [&] { folder_of_own(folder / "other.safetensors"); });
}

}  // namespace
}  // namespace roformer::checkpoint
