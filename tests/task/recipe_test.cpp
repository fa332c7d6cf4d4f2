#include "roformer/task/recipe.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/data/data_options.h"

namespace roformer::task {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSmallest = "[[stage]]\nbatch_size = 4\nsteps = 10\n";

class RecipeFileTest : public testing::Test {
 protected:
  RecipeFileTest() { fs::create_directories(folder_); }
  ~RecipeFileTest() override { fs::remove_all(folder_); }

  Recipe read(const std::string& text, const std::vector<std::string>& changes = {}) {
    base::write_file_atomically(path_, text);
    return read_recipe(path_, changes);
  }
  std::string error_of(const std::string& text, const std::vector<std::string>& changes = {}) {
    try {
      read(text, changes);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  fs::path folder_ = fs::temp_directory_path() / fmt::format("roformer_recipe_{}", ::getpid());
  fs::path path_ = folder_ / "recipe.toml";
};

TEST_F(RecipeFileTest, DefaultsAreFilledIn) {
  const Recipe recipe = read(kSmallest);
  EXPECT_EQ(recipe.task, "masked_lm");
  EXPECT_EQ(recipe.name, "recipe");
  EXPECT_EQ(recipe.evaluation.length, recipe.training.stages[0].length);
  EXPECT_EQ(recipe.training.schedule.total_steps, 10);
  EXPECT_EQ(recipe.training.recipe.at("stage.0.steps"), "10");
  EXPECT_EQ(recipe.training.recipe.at("optimizer.clip_norm"), "1.0");
}

TEST_F(RecipeFileTest, TheResolvedRecipeReadsBackToItself) {
  const Recipe first = read(std::string(kSmallest) +
                            "[[stage]]\nbatch_tokens = 99\nsteps = 1\nlearning_rate = 1e-5\n"
                            "[model]\npreset = \"bert-tiny\"\nhidden_dropout_prob = 0.25\n"
                            "[data]\ntext = [\"a \\\"b\\\" \\\\ c\", \"d\"]\n[run]\nseed = 7\n");
  const Recipe second = read(first.resolved.to_toml());
  EXPECT_EQ(second.resolved.to_toml(), first.resolved.to_toml());
  EXPECT_EQ(second.training.recipe, first.training.recipe);
  EXPECT_EQ(second.training.stages[1].batch_tokens, 99);
  EXPECT_EQ(options_of<data::DataOptions>(second).text[0], "a \"b\" \\ c");
  EXPECT_EQ(second.seed, 7u);
}

TEST_F(RecipeFileTest, ChangesAreApplied) {
  const Recipe recipe = read(kSmallest, {"stage.0.steps=3", "model.hidden_size=64",
                                         "model.num_attention_heads=4", "run.seed=2"});
  EXPECT_EQ(recipe.training.stages[0].steps, 3);
  EXPECT_EQ(recipe.model.hidden_size, 64);
  EXPECT_EQ(recipe.model.embedding_size, 64);  // follows, unless it is given
  EXPECT_EQ(recipe.training.seed, 2u);
}

TEST_F(RecipeFileTest, KeysThatAChangeLeavesWithoutEffectAreLeftOut) {
  const std::string performer =
      "[task]\nkind = \"causal_lm\"\n[data]\ntext = [\"a\"]\nvocab_size = 100\n"
      "[[stage]]\nlength = 8\nbatch_size = 4\nsteps = 10\n"
      "[model]\npreset = \"roformer-tiny\"\nattention_probs_dropout_prob = 0.0\n"
      "attention = \"linear\"\nfeature_map = \"favor\"\nnum_features = 64\n"
      "feature_redraw_interval = 7\nfeature_rotation = \"inputs\"\nrope_theta = 500.0\n";
  const auto left_out = [&](const std::vector<std::string>& changes,
                            const std::vector<std::string>& keys,
                            const std::string& section = "model") {
    const Recipe recipe = read(performer, changes);
    ASSERT_EQ(recipe.left_out.size(), keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      EXPECT_NE(recipe.left_out[i].find("] " + keys[i] + " is left out"), std::string::npos)
          << recipe.left_out[i];
      EXPECT_FALSE(recipe.training.recipe.contains(section + "." + keys[i])) << keys[i];
    }
    EXPECT_TRUE(read(recipe.resolved.to_toml()).left_out.empty());
  };
  left_out({}, {});
  left_out({"model.feature_map=elu"}, {"num_features", "feature_redraw_interval"});
  left_out({"model.position_encoding=none"}, {"rope_theta", "feature_rotation"});
  left_out({"model.attention=softmax"},
           {"feature_map", "num_features", "feature_redraw_interval", "feature_rotation"});
  left_out({"data.vocabulary=bytes"}, {"vocab_size"}, "data");
  EXPECT_EQ(read(performer, {"model.feature_map=elu"}).model.linear.num_features, 0);
  const auto by_hand = error_of(performer, {"model.feature_map=elu", "model.num_features=32"});
  EXPECT_NE(by_hand.find("(changed by --set) [model] num_features: expected it only"),
            std::string::npos)
      << by_hand;
  const auto anyway = error_of(performer + "shaw_clip = 3\n", {"run.seed=2"});
  EXPECT_NE(anyway.find("[model] shaw_clip: expected it only"), std::string::npos) << anyway;
}

TEST_F(RecipeFileTest, UnknownKeysAndSectionsAreNamedWithTheNearestOne) {
  const std::string key = error_of(std::string(kSmallest) + "[model]\nhiden_size = 8\n");
  EXPECT_NE(key.find("hiden_size"), std::string::npos) << key;
  EXPECT_NE(key.find("hidden_size"), std::string::npos) << key;
  const std::string section =
      error_of(std::string(kSmallest) + "[optimiser]\nlearning_rate = 1.0\n");
  EXPECT_NE(section.find("optimizer"), std::string::npos) << section;
}

TEST_F(RecipeFileTest, ValuesOutOfRangeAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"optimizer.learning_rate=-1", "learning_rate"},
      {"optimizer.beta2=1", "beta2"},
      {"schedule.kind=cubic", "[schedule] kind"},
      {"schedule.warmup_steps=-1", "warmup_steps"},
      {"evaluate.every=-1", "every"},
      {"run.log_every=0", "log_every"},
      {"task.kind=nothing", "masked_lm"},
      {"stage.0.batch_tokens=5", "batch_tokens"},
      {"stage.0.steps=many", "steps"},
      {"model.preset=roformer-huge", "roformer-huge"},
      {"stage.0.length=2", "stage.length"},
      {"stage.0.length=0", "length"},
      {"evaluate.length=2", "evaluate.length"},
      {"evaluate.length=0", "length"},
      {"run.seed=-1", "seed"},
      {"checkpoint.every=-1", "every"}};
  for (const auto& [change, word] : cases) {
    const std::string message = error_of(kSmallest, {change});
    EXPECT_NE(message.find(word), std::string::npos) << change << ": " << message;
  }
  EXPECT_NE(error_of("").find("[[stage]]"), std::string::npos);
}

TEST_F(RecipeFileTest, WhatWasMeantIsSaid) {
  const std::pair<const char*, const char*> cases[] = {
      {"schedule.kind=cosin", "'cosine'?"},
      {"task.kind=masked_ml", "'masked_lm'?"},
      {"model.preset=roformer-tyni", "'roformer-tiny'?"},
      {"model.hidden_act=gellu", "'gelu'?"},
      {"model.position_encoding=rotray", "'rotary'?"},
      {"model.attention=liner", "'linear'?"},
      {"data.document=blok", "'block'?"}};
  for (const auto& [change, name] : cases) {
    const std::string message = error_of(kSmallest, {change});
    EXPECT_NE(message.find(std::string(", did you mean ") + name), std::string::npos) << message;
  }
  EXPECT_NE(error_of("task.kind = \"translation\"\nmodel.preset = \"transformer-smal\"\n" +
                     std::string(kSmallest))
                .find("'transformer-small'?"),
            std::string::npos);
}

TEST_F(RecipeFileTest, EveryRefusalNamesTheFile) {
  for (const char* change :
       {"stage.0.steps=0", "stage.0.batch_tokens=5", "schedule.warmup_steps=-1",
        "schedule.final_ratio=2", "model.preset=nothing", "model.hidden_size=7",
        "model.max_position_embeddings=0", "evaluate.length=2", "data.document=book"}) {
    const std::string message = error_of(kSmallest, {change, "model.position_encoding=learned"});
    EXPECT_NE(message.find(path_.string()), std::string::npos) << message;
  }
  EXPECT_NE(error_of("").find(path_.string()), std::string::npos);
}

TEST_F(RecipeFileTest, TextIsLookedForBesideTheRecipe) {
  base::write_file_atomically(folder_ / "beside.txt", "text");
  const Recipe recipe = read(std::string(kSmallest) + "[data]\ntext = [\"beside.txt\", \"apt\"]\n");
  const auto& text = options_of<data::DataOptions>(recipe).text;
  EXPECT_EQ(text[0], fs::weakly_canonical(folder_ / "beside.txt").string());
  EXPECT_EQ(text[1], "apt");
}

TEST(RecipePath, EachOfOursReadsAndTheOthersAreListed) {
  const auto names = recipe_names();
  ASSERT_GE(names.size(), 6u);
  for (const auto& name : names) EXPECT_NO_THROW(read_recipe(find_recipe(name))) << name;
  try {
    find_recipe("no/such");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(names.front()), std::string::npos);
  }
}

TEST_F(RecipeFileTest, CausalLanguageModels) {
  const std::string text = std::string(kSmallest) + "[task]\nkind = \"causal_lm\"\n";
  const Recipe words = read(text);
  EXPECT_TRUE(words.model.is_decoder);
  EXPECT_FALSE(words.training.recipe.contains("data.mask_share"));
  const Recipe bytes = read(text, {"data.vocabulary=bytes", "model.attention=linear",
                                   "model.attention_probs_dropout_prob=0"});
  EXPECT_TRUE(options_of<data::DataOptions>(bytes).is_bytes());
  EXPECT_EQ(bytes.training.recipe.at("data.test_share"), "0.05");
  EXPECT_FALSE(bytes.training.recipe.contains("data.vocab_size"));
  const Recipe again = read(bytes.resolved.to_toml());
  EXPECT_EQ(again.training.recipe, bytes.training.recipe);
  EXPECT_FALSE(read(kSmallest).model.is_decoder);
}

TEST(RecipePath, PerformersDifferOnlyInThePositionEncoding) {
  for (const char* scale : {"", "-small", "-tiny"}) {
    const auto flat = [&](const char* model) {
      return read_recipe(find_recipe(fmt::format("paper/figure3-right-{}{}", model, scale)))
          .training.recipe;
    };
    const auto with = flat("performer-rope"), without = flat("performer");
    for (const auto& [key, value] : without) {
      if (key != "model.position_encoding") {
        EXPECT_EQ(with.at(key), value) << key;
      }
    }
    EXPECT_EQ(with.at("model.position_encoding"), "\"rotary\"");
    EXPECT_EQ(without.at("model.position_encoding"), "\"none\"");
  }
}

TEST(RecipePath, RoFormerAndBertDifferOnlyInTheModel) {
  for (const char* scale : {"", "-small", "-tiny"}) {
    const auto flat = [&](const char* model) {
      return read_recipe(find_recipe(fmt::format("paper/figure3-left-{}{}", model, scale)))
          .training.recipe;
    };
    const auto roformer = flat("roformer"), bert = flat("bert");
    // What is RoFormer's alone are options of its position encoding.
    for (const auto& [key, value] : bert) {
      if (key != "model.preset" && key != "model.position_encoding") {
        EXPECT_EQ(roformer.at(key), value) << key;
      }
    }
  }
}

constexpr const char* kEpochs = "[[stage]]\nbatch_size = 4\nepochs = 3\n";

TEST_F(RecipeFileTest, EpochsStayEpochsUntilTheTextIsKnown) {
  const Recipe recipe = read(kEpochs);
  EXPECT_EQ(recipe.training.stages[0].epochs, 3);
  EXPECT_EQ(recipe.training.recipe.at("stage.0.epochs"), "3.0");
  EXPECT_FALSE(recipe.training.recipe.contains("stage.0.steps"));
  EXPECT_EQ(recipe.training.recipe.at("evaluate.every"), "0");  // each epoch
  EXPECT_EQ(recipe.training.checkpoint_every, 0);
  EXPECT_EQ(read(recipe.resolved.to_toml()).training.recipe, recipe.training.recipe);
  EXPECT_EQ(read(kEpochs, {"evaluate.every=7"}).training.evaluate_every, 7);
  // A change takes the other's place.
  EXPECT_EQ(read(kEpochs, {"stage.0.steps=5"}).training.stages[0].steps, 5);
  EXPECT_EQ(read(kEpochs, {"stage.0.steps=5"}).training.stages[0].epochs, 0);
  EXPECT_EQ(read(kSmallest, {"stage.0.epochs=0.5"}).training.stages[0].epochs, 0.5);
  const std::string both = error_of(std::string(kEpochs) + "steps = 4\n");
  EXPECT_NE(both.find("either steps or epochs but got both"), std::string::npos) << both;
  EXPECT_NE(error_of(kEpochs, {"stage.0.epochs=0"}).find("epochs"), std::string::npos);
}

TEST_F(RecipeFileTest, AWarmUpIsStepsOrAShare) {
  const std::string share = std::string(kSmallest) + "[schedule]\nwarmup_share = 0.25\n";
  EXPECT_EQ(read(share).training.schedule.warmup_steps, 2);
  EXPECT_EQ(read(share).training.recipe.at("schedule.warmup_share"), "0.25");
  EXPECT_FALSE(read(share).training.recipe.contains("schedule.warmup_steps"));
  EXPECT_EQ(read(share, {"schedule.warmup_steps=3"}).training.schedule.warmup_steps, 3);
  EXPECT_NE(error_of(share + "warmup_steps = 3\n").find("but got both"), std::string::npos);
  EXPECT_NE(error_of(share, {"schedule.warmup_share=1.5"}).find("warmup_share"), std::string::npos);
  const std::string labelled = std::string("task.kind = \"classification\"\n") +
                               "data.train = \"a.tsv\"\n[[stage]]\nbatch_size = 4\n";
  const Recipe tenth = read(labelled + "steps = 40\n");
  EXPECT_EQ(tenth.training.schedule.warmup_steps, 4);
  EXPECT_EQ(tenth.training.recipe.at("schedule.warmup_share"), "0.1");
  EXPECT_EQ(
      read(labelled + "epochs = 2\n[schedule]\nwarmup_steps = 9\n").training.schedule.warmup_steps,
      9);
}

TEST_F(RecipeFileTest, LayersLearnAtTheirOwnRatesOrNotAtAll) {
  const std::string text = std::string(kSmallest) +
                           "[model]\npreset = \"roformer-tiny\"\n[optimizer]\n"
                           "layer_decay = 0.9\nfrozen_layers = 2\nfrozen_embeddings = true\n"
                           "[evaluate]\npatience = 3\n";
  const Recipe recipe = read(text);
  EXPECT_EQ(recipe.layers,
            (LayerOptions{.decay = 0.9, .frozen_layers = 2, .frozen_embeddings = true}));
  EXPECT_EQ(recipe.training.patience, 3);
  EXPECT_TRUE(recipe.training.keep_best);
  EXPECT_FALSE(read(text, {"checkpoint.keep_best=false"}).training.keep_best);
  EXPECT_EQ(read(recipe.resolved.to_toml()).training.recipe, recipe.training.recipe);
  // Runs that were begun before there were such keys are as they were.
  EXPECT_FALSE(read(kSmallest).training.recipe.contains("optimizer.layer_decay"));
  for (const char* change : {"optimizer.layer_decay=0", "optimizer.layer_decay=1.1",
                             "optimizer.frozen_layers=99", "optimizer.frozen_layers=-1"}) {
    const std::string key(change, std::string_view(change).find('='));
    const std::string message = error_of(text, {change});
    EXPECT_NE(message.find(key.substr(key.find('.') + 1)), std::string::npos) << message;
  }
  const std::string translation =
      "task.kind = \"translation\"\n[data]\nsource = \"a\"\ntarget = \"b\"\n"
      "validation_share = 0.1\n" +
      std::string(kSmallest) + "[optimizer]\n";
  for (const char* line : {"layer_decay = 0.9\n", "frozen_layers = 1\n"})
    EXPECT_NE(error_of(translation + line).find("an encoder and a decoder"), std::string::npos);
}

TEST_F(RecipeFileTest, AWarmUpLongerThanTheRunIsScaled) {
  const Recipe recipe = read(std::string(kSmallest) + "[schedule]\nwarmup_steps = 400\n");
  EXPECT_EQ(recipe.training.schedule.warmup_steps, 1);  // a tenth of 10
  // What was asked for is kept: with more steps it has its effect.
  EXPECT_EQ(recipe.training.recipe.at("schedule.warmup_steps"), "400");
}

constexpr const char* kCheckpoint =
    R"({"model_type": "bert", "hidden_size": 24, "num_hidden_layers": 3,
  "num_attention_heads": 2, "intermediate_size": 40, "vocab_size": 99, "max_position_embeddings": 600})";

TEST_F(RecipeFileTest, ACheckpointSaysWhatTheModelIs) {
  base::write_file_atomically(folder_ / "config.json", kCheckpoint);
  const std::string text =
      std::string(kSmallest) + "[model]\ncheckpoint = \"" + folder_.string() + "\"\n";
  const Recipe recipe = read(text, {"model.hidden_dropout_prob=0.3"});
  EXPECT_EQ(recipe.checkpoint, fs::canonical(folder_).string());
  EXPECT_EQ(recipe.model.model_type, "bert");
  EXPECT_EQ(recipe.model.hidden_size, 24);
  EXPECT_EQ(recipe.model.vocab_size, 99);
  EXPECT_EQ(recipe.model.hidden_dropout_prob, 0.3);
  const std::pair<const char*, const char*> cases[] = {
      {"model.hidden_size=32", "expected 24, as model.checkpoint has it, but got 32"},
      {"model.preset=bert-tiny", "no preset beside model.checkpoint"},
      {"model.position_encoding=sinusoidal",
       "expected \"learned\", as model.checkpoint has it, but got \"sinusoidal\""},
      {"data.vocab_size=99", "[data] vocab_size: expected no such key beside model.checkpoint"},
      {"data.lower_case=false", "[data] lower_case: expected no such key"},
      {"task.kind=causal_lm", "expected a decoder in model.checkpoint"},
      {"data.vocabulary=vocab.txt", "no data.vocabulary beside model.checkpoint"},
      {"model.checkpoint=absent", "there is none at absent"}};
  for (const auto& [change, message] : cases)
    EXPECT_NE(error_of(text, {change}).find(message), std::string::npos)
        << error_of(text, {change});
  // Section 4.5.1: WoBERT's weights without their table of positions.
  const Recipe turned = read(text, {"model.position_encoding=rotary"});
  EXPECT_EQ(turned.model.encoding.name, "rotary");
  EXPECT_EQ(turned.model.model_type, "roformer");
  EXPECT_EQ(turned.model.hidden_size, 24);
  // A file may have been one for a drawn model; a run does not keep what had no effect.
  EXPECT_EQ(
      read(text + "[data]\nvocab_size = 99\n", {"model.hidden_dropout_prob=0.3"}).training.recipe,
      recipe.training.recipe);
  EXPECT_FALSE(recipe.training.recipe.contains("data.vocab_size"));
  // A run's own recipe can be read when the folder is gone.
  const std::string own = recipe.resolved.to_toml();
  fs::remove(folder_ / "config.json");
  EXPECT_EQ(read(own).training.recipe, recipe.training.recipe);
}

TEST_F(RecipeFileTest, ACheckpointByHandTakesThePlaceOfThePreset) {
  base::write_file_atomically(folder_ / "config.json", kCheckpoint);
  const std::string checkpoint = "model.checkpoint=" + folder_.string();
  const std::string preset = std::string(kSmallest) + "[model]\npreset = \"roformer-tiny\"\n";
  const Recipe recipe = read(preset, {checkpoint});
  ASSERT_EQ(recipe.left_out.size(), 1u);
  EXPECT_NE(recipe.left_out[0].find("preset is left out"), std::string::npos);
  EXPECT_EQ(recipe.model.hidden_size, 24);
  EXPECT_FALSE(recipe.training.recipe.contains("model.preset"));
  EXPECT_TRUE(read(kSmallest, {checkpoint}).left_out.empty());
  // What else the file says of the model is still held against it.
  EXPECT_NE(error_of(preset + "hidden_size = 32\n", {checkpoint}).find("expected 24"),
            std::string::npos);
  EXPECT_NE(error_of(kSmallest, {checkpoint, "model.preset=bert-tiny"}).find("no preset beside"),
            std::string::npos);
  // An empty one is none.
  EXPECT_EQ(read(preset, {"model.checkpoint="}).training.recipe.at("model.preset"),
            "\"roformer-tiny\"");
}

TEST_F(RecipeFileTest, ATranslationCheckpointHasItsOwnVocabulary) {
  const std::string text =
      "task.kind = \"translation\"\nmodel.hidden_size = 8\n" + std::string(kSmallest);
  const std::string checkpoint = "model.checkpoint=absent";
  for (const char* key :
       {"vocab_size=99", "character_coverage=0.9", "vocabulary=words", "codes=codes"}) {
    const std::string message = error_of(text, {checkpoint, std::string("data.") + key});
    EXPECT_NE(message.find("beside model.checkpoint"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace roformer::task
