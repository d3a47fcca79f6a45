// TeamCity: .teamcity/settings.kts. Parameter of type password: env.CONNECT_KEY.
import jetbrains.buildServer.configs.kotlin.*
import jetbrains.buildServer.configs.kotlin.buildSteps.script

version = "2025.03"

project {
    buildType(Test)
}

object Test : BuildType({
    name = "Test"

    vcs {
        root(DslContext.settingsRoot)
    }

    params {
        param("env.CONNECT_HOSTNAME", "https://tieline.example.com")
        param("env.INSTANCE", "myorg")
        param("env.PROJECT", "MYT")
    }

    steps {
        script {
            name = "Test"
            scriptContent = "make test"
        }
        script {
            name = "Report success to Jira"
            executionMode = BuildStep.ExecutionMode.RUN_ON_SUCCESS
            scriptContent = "npx --yes tieline report --state success"
        }
        script {
            name = "Report failure to Jira"
            executionMode = BuildStep.ExecutionMode.RUN_ONLY_ON_FAILURE
            scriptContent = "npx --yes tieline report --state failed"
        }
    }
})
